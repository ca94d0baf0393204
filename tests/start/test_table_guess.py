"""Columns of tables as clerks have them are taken for what they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from publisher.start import kinds
from publisher.start.cell_values import READERS, Style
from publisher.start.raw_tables import read_tables, tables_of
from publisher.start.table_guess import TableGuess, guess_tables

MEASURED = Path(__file__).parents[1] / "benchmarks" / "first_site" / "tables"


def guess(content: str | bytes, name: str = "tabell.csv") -> TableGuess:
    """Return what the only table of some bytes is taken for."""
    raw = content if isinstance(content, bytes) else content.encode()
    return guess_tables(tables_of(raw, name))[0]


def as_kinds(guessed: TableGuess) -> str:
    """Return the kinds of the columns, as words."""
    return " ".join(column.kind for column in guessed.columns)


# Name → table, and the kinds of its columns.
TABLES: dict[str, tuple[str, str]] = {
    "toilets": (
        "Namn;Lat;Long;Avgift;Öppet året runt\nTorget;59,3712;13,5011;5 kr;ja\n"
        "Hamnen;59,3802;13,5123;0 kr;nej\nStationen;59,3790;13,4999;10 kr;ja\n",
        "name latitude longitude number truth",
    ),
    "schools": (
        "Skolenhetskod,Skolenhetsnamn,Kommun,Antal elever,Huvudman\n"
        "12345678,Norrskolan,Torsby,210,Kommunal\n23456789,Söderskolan,Sunne,85,Enskild\n"
        "34567890,Östra skolan,Sunne,340,Kommunal\n45678901,Västra skolan,Kil,120,Kommunal\n",
        "identifier name municipality number list",
    ),
    "invoices": (
        "Verifikationsnr\tDatum\tLeverantör\tBelopp\n1001\t2025-01-03\tBygg AB\t1 234,50\n"
        "1002\t2025-01-05\tMåla AB\t-99,00\n1003\t2025-02-01\tBygg AB\t12 000,00\n"
        "1004\t2025-02-11\tMåla AB\t5,10\n",
        "identifier date list number",
    ),
    "american": (
        'id,name,opened,price,ratio\n1,Alpha,12/25/2024,"1,234.50",0.5\n2,Beta,01/31/2023,"2,000.00",'
        '0.25\n3,Gamma,11/02/2022,"10,999.99",0.75\n',
        "identifier name date number number",
    ),
    "german": (
        "Nr;Bezeichnung;Baujahr;Fläche (m²);Geöffnet\n1;Halle Nord;1978;1.250,50;true\n"
        "2;Halle Süd;1999;980,00;false\n3;Turm;2004;1.100,25;true\n",
        "identifier name year number truth",
    ),
    "rt90": (
        "Brunn;X (RT90);Y (RT90);Djup m\nB1;6581036;1628315;12,5\nB2;6580715;1629027;8\n"
        "B3;6580585;1630775;9,5\n",
        "identifier northing easting number",
    ),
    "swapped axes": (
        "Objekt;Y;X\nSkylt A;413000;6585000\nSkylt B;413200;6585900\nSkylt C;415000;6589000\n",
        "name easting northing",
    ),
    "wells in a zone": (
        "id;north_3011;east_3011;srid\n1;6580000;152000;3011\n2;6581000;153000;3011\n"
        "3;6582000;154000;3011\n",
        "identifier northing easting code",
    ),
    "wkt": (
        "objektid;geom;area\n1;POLYGON((13 59, 13.1 59, 13.1 59.1, 13 59));12.5\n"
        "2;POLYGON((14 59, 14.1 59, 14.1 59.1, 14 59));9\n",
        "identifier place number",
    ),
    "geojson cells": (
        'namn;plats\nA;"{""type"":""Point"",""coordinates"":[13.5,59.3]}"\n'
        'B;"{""type"":""Point"",""coordinates"":[13.6,59.4]}"\n',
        "name geojson",
    ),
    "metres as Germans write them": (
        "Nr;Bezeichnung;Zustand;Rechtswert;Hochwert;PLZ\nQ1;Steg;gut;565931,2;5933042,7;20095\n"
        "Q2;Furt;schlecht;565940,8;5933101,1;20097\nQ3;Wehr;gut;566020,0;5933155,9;20099\n",
        "identifier name list easting northing code",
    ),
    "metres as Finns write them": (
        "Tunnus;Nimi;Pohjoiskoordinaatti;Itäkoordinaatti\nL1;Laituri;6672000;385000\n"
        "L2;Uimaranta;6673100;386200\n",
        "identifier name northing easting",
    ),
    "clocks with a point, and cases with a space": (
        "Diarienr;Tur;Avgår;Plan\nKS 2024/01;Norra turen;07.15;DP 12\n"
        "KS 2024/02;Södra turen;07.30;DP 12\nKS 2024/03;Västra turen;15.10;DP 9\n",
        "identifier name time code",
    ),
    "few rows with several words": (
        "id;namn;taggar;svårighet\n1;Udden;bad, brygga;lätt\n2;Viken;bad;svår\n"
        "3;Holmen;brygga, grill;lätt\n4;Näset;;medel\n",
        "identifier name list list",
    ),
    "one cell position": (
        "Namn;Koordinater\nA;59.3712, 13.5011\nB;59.3800, 13.5200\nC;59.39, 13.49\n",
        "name position",
    ),
    "degrees and minutes": (
        "Fyr;Latitud;Longitud\nVinga;57°37'56\"N;11°36'05\"Ö\nUlkan;58°00'10\"N;11°20'30\"Ö\n",
        "name latitude longitude",
    ),
    "opening hours": (
        "Bibliotek;Dag;Öppnar;Stänger\nNorr;måndag;10:00;19:00\nNorr;tisdag;10:00;18:00\n"
        "Söder;måndag;9.30;17.00\nSöder;tisdag;9.30;17.00\n",
        "list list time time",
    ),
    "excel days": (
        "Ärende;Startdatum;Slutdatum\nÄ-1;45000;45010\nÄ-2;45020;45031\nÄ-3;45100;45101\n",
        "identifier date date",
    ),
    "compact days": (
        "Diarienr;Inkom datum;Avdelning\n2025/12;20250103;KS\n2025/13;20250104;KS\n"
        "2025/14;20250109;BUN\n2025/15;20250110;KS\n",
        "identifier date list",
    ),
    "words of months": (
        "Möte;Dag\nNämnden;den 3 maj 2024\nStyrelsen;12 juni 2024\nRådet;1 dec. 2024\n",
        "name date",
    ),
    "months": (
        "Månad;Besök\njan 2024;1200\nfeb 2024;980\nmars 2024;1 450\n",
        "month number",
    ),
    "years about": (
        "Byggnad;Byggår\nKyrkan;1200-talet\nRådhuset;ca 1780\nTeatern;1891\nBadet;1965?\n"
        "Skolan;1904-06\n",
        "name year",
    ),
    "yes no partly": (
        "Lokal;Ramp;Hörslinga\nA-salen;Ja;Nej\nB-salen;Delvis;Ja\nC-salen;Nej;Ja\nD-salen;Ja;Ja\n"
        "E-salen;Delvis;Nej\n",
        "name list truth",
    ),
    "crosses": (
        "Badplats;Toalett;Kiosk\nNorrbadet;x;\nSöderbadet;;x\nÖsterbadet;x;x\n",
        "name truth truth",
    ),
    "numbers about": (
        "Förening;Medlemmar\nFK Norr;ca 200\nBK Öst;150\nIF Väst;>300\nOK Syd;85\n",
        "name number",
    ),
    "units in cells": (
        "Led;Längd;Höjdskillnad\nRunt sjön;5,5 km;40 m\nToppen;12 km;310 m\nÄngen;0,8 km;2 m\n",
        "name number number",
    ),
    "mixed units": (
        "Sak;Mått\nBord;120 cm\nRum;4 m\nHylla;30 mm\n",
        "name text",
    ),
    "leading zeros": (
        "Lgh;Adress;Yta\n0012;Storgatan 1;55\n0101;Storgatan 1;72\n0102;Storgatan 3;44\n",
        "identifier text number",
    ),
    "organisations": (
        "Namn;Org.nr;Kontakt e-post;Telefon\nKommunen;212000-1264;a@k.example;+46 550 123 45\n"
        "Bolaget;556036-0793;b@k.example;0550-12346\n",
        "name organisation-number email telephone",
    ),
    "counties": (
        "Län;År;Antal\nVärmlands län;2023;12\nDalarnas län;2023;15\nVärmlands län;2024;13\n"
        "Dalarnas län;2024;16\n",
        "county year number",
    ),
    "several values": (
        "Restaurang;Kök\nA;italienskt, svenskt\nB;svenskt\nC;thai, svenskt\nD;italienskt\nE;thai\n",
        "name list",
    ),
    "pipes": (
        "id|namn|taggar\n1|Bok ett|deckare/svensk\n2|Bok två|fakta\n3|Bok tre|deckare\n"
        "4|Bok fyra|svensk/fakta\n5|Bok fem|fakta/deckare\n",
        "identifier name list",
    ),
    "languages in brackets": (
        "Nr;Titel (sv);Titel (engelska);Text på svenska;Text in English\n"
        "1;Stenen;The Stone;Här står den sten som alla minns.;Here is the stone that all know.\n"
        "2;Bron;The Bridge;Bron är den äldsta i staden.;The bridge is the oldest in the town.\n",
        "identifier name name description description",
    ),
    "pictures": (
        "Bild;Fotograf;Motiv\nhttps://b.example/1.jpg;Alva Birk;Torget\n"
        "https://b.example/2.png;Dag Dunmo;Ån\nhttps://b.example/3.jpg;Alva Birk;Kvarnen\n",
        "picture text name",
    ),
    "no headings": (
        "1;Norra badet;59,1234;13,1234\n2;Södra badet;59,2234;13,2234\n3;Östra badet;59,3;13,3\n",
        "number name number number",
    ),
    "one row": ("Namn;Antal;Datum\nEnda;3;2025-05-01\n", "name number date"),
    "no rows": ("Namn;Antal;Datum\n", "empty empty empty"),
    "all the same": (
        "Id;Kommun;Källa\n1;Torsby;Enkät\n2;Torsby;Enkät\n3;Torsby;Enkät\n4;Torsby;Enkät\n",
        "identifier municipality list",
    ),
    "empty column": ("Id;Namn;Övrigt\n1;A b;\n2;C d;\n3;E f;\n", "identifier name empty"),
    "missing": (
        "Mätpunkt;pH;Syre\nMP1;7,1;-\nMP2;saknas;8,4\nMP3;6,9;#N/A\nMP4;7,3;9,0\n",
        "identifier number number",
    ),
    "percent": ("Skola;Andel\nNorr;45 %\nSöder;51,5 %\nÖster;9 %\n", "name number"),
    "currency": ("Projekt;Budget\nP ett;€ 1 200\nP två;€ 900\nP tre;€ 15 000\n", "name number"),
    "long texts": (
        'Rubrik;Brödtext\nNytt;"Första raden är lång och handlar om något.\nAndra raden."\n'
        'Mer;"En text till som är lång nog för att vara en beskrivning av något."\n',
        "name description",
    ),
    "mixed": ("Sak;Värde\nA sak;12\nB sak;se bilaga\nC sak;blå\nD sak;2024-01-01\n", "name text"),
    "wikidata": ("Q-kod;Namn\nQ1754;Stockholm\nQ25287;Göteborg\n", "wikidata name"),
    "bare domains": (
        "Namn;Hemsida\nEtt;www.ett.example\nTvå;två.se/om\nTre;https://tre.example\n",
        "name address",
    ),
    "postcodes": (
        "Namn;Postnummer;Postort\nA ett;68530;Torsby\nB två;686 30;Sunne\nC tre;68532;Torsby\n"
        "D fyr;68533;Torsby\n",
        "name postcode list",
    ),
    "parents": (
        "Kod;Namn;Överordnad\nA;Förvaltning;\nA1;Enhet ett;A\nA2;Enhet två;A\nA3;Enhet tre;A\n",
        "identifier name link",
    ),
    "camel case": (
        "objectId,displayName,createdDate,isPublic\n7,One thing,2024-01-01T10:00:00Z,true\n"
        "8,Other thing,2024-02-01T11:30:00Z,false\n",
        "identifier name datetime truth",
    ),
    "accounts below zero": (
        "Konto;Utfall;Prognos\n4010;(1 250);1 300\n4020;900;950-\n4030;(75);80\n4040;12;15-\n",
        "identifier number number",
    ),
    "finnish": (
        "Tunnus;Nimi;Valaistu;Rakennusvuosi;Leveysaste;Pituusaste\nU1;Rantaranta;kyllä;1988;60.17;24.93\n"
        "U2;Kallioranta;ei;2001;60.21;24.99\nU3;Hiekkaranta;ei;1975;60.24;25.01\n",
        "identifier name truth year latitude longitude",
    ),
    "norwegian": (
        "Navn;Antall plasser;Er åpen;Oppdatert\nBryggen;1 200,-;Ja;03.05.24\n"
        "Torget;300,-;Nei;28.05.24\nVågen;80,-;Ja;30.06.24\n",
        "name number truth date",
    ),
    "exchanged coordinates": (
        "Boj;Latitud;Longitud\nBoj A;18,1021;59,4101\nBoj B;18,2033;59,4233\n"
        "Boj C;17,9931;59,3872\n",
        "name longitude latitude",
    ),
    "after midnight": (
        "tur_id;ordning;avgår\nN1;1;23:40:00\nN1;2;24:15:00\nN2;1;24:40:00\nN2;2;25:15:00\n",
        "list number time",
    ),
    "several mail addresses": (
        "Råd;Skicka till;Ring\nÄldrerådet;a@r.example, b@r.example;0550-100 10 / 0550-100 11\n"
        "Ungdomsrådet;c@r.example;0550-100 12\nByarådet;d@r.example;0550-100 13\n",
        "name email telephone",
    ),
    "marks for what is too few": (
        "Enhet;Antal sjuka\nNorr;12\nSöder;X\nÖster;9\nVäster;31\nMitt;X\nHamnen;14\n"
        "Torp;8\nBy;7\n",
        "name number",
    ),
    "months of statistics": (
        "Hamn;Månad;Gods\nOxhamn;2024M01;12\nOxhamn;2024M02;14\nBihamn;2024M01;3\nBihamn;2024M02;4\n",
        "list month number",
    ),
    "short months": (
        "Period;Besök\njan-24;1200\nfeb-24;1380\nmar-24;990\n",
        "month number",
    ),
    "years first, in two digits": (
        "Ärende;Inkom;Svar\nA-1;24-09-02;2/9 -24\nA-2;24-09-13;17/9 -24\nA-3;24-10-01;3/10 -24\n",
        "identifier date date",
    ),
    "a number for each row beside a code": (
        "id;Brunnsnr;Djup\n1;BR-17;12\n2;BR-03;9\n3;BR-22;31\n",
        "code identifier number",
    ),
    "thousands with a point": (
        "Magasin;Yta kvm;Hyra\nEtt;1.250;12,5\nTvå;2.040;9,75\nTre;1.105;10\n",
        "name number number",
    ),
    "points of a neighbour": (
        "navn;utm32_ost;utm32_nord\nBrygga;597000;6643000\nKaia;597400;6643900\nVika;598100;6644100\n",
        "name easting northing",
    ),
    "degrees with a letter in front": (
        "Plats;Läge\nNorr;N 59° 10.770' E 13° 20.450'\nSyd;N 59° 11.200' E 13° 21.000'\n",
        "name position",
    ),
    "rounded by a spreadsheet": (
        "Plats;GSRN\nNorrsta;7,35999E+17\nSödersta;7,35999E+17\nÖsterby;7,36001E+17\n",
        "name code",
    ),
    "degrees of a chart": (
        "Boj;Lat;Lon\nAxel;58° 08' 52\" N;16° 59' 18\" O\nBrita;58 09.87 N;017 01.30 E\n",
        "name latitude longitude",
    ),
    "words of the Sami and the Danes": (
        "Báikenamma;Oaidnu;Breddegrad;Længdegrad\nGuolbba;juo;69,7012;23,5771\n"
        "Njárgga;ii;69,6612;23,6021\nSavvon;juo;69,6611;23,5101\n",
        "name truth latitude longitude",
    ),
    "dots that group": (
        "Brücke;Länge (m);Baujahr;Nutzungsdauer;Wartezeit;Referenz\nA;1.250;196?;9;3 min;12\n"
        "B;875;1969;8;4 minuter;13\nC;2.030;184x;9;3 min.;15\n",
        "name number year number number identifier",
    ),
    "what the rows are, in the singular": (
        "Restid;Led;Slag;Öppnad\n3–4 tim;Eken;a;1999\n1–2 tim;Almen;b;2001\n"
        "7–8 tim;Tallen;a;1987\n",
        "text name list year",
    ),
    "a column for each year": (
        "Kommun;2021;2022;2023\nKil;12;13;15\nEda;7;9;8\nSunne;22;21;25\n",
        "municipality number number number",
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_each_column_of_a_table_is_taken_for_what_it_is(name: str) -> None:
    content, expected = TABLES[name]
    assert (
        as_kinds(guess(content, "vandringsleder" if "singular" in name else "tabell")) == expected
    )


@pytest.mark.slow
def test_the_measured_tables_are_guessed_nearly_all_right() -> None:
    """Ninety-five of a hundred columns, by the truth that was written before the guesser."""
    right = total = 0
    for group in (("rum.csv", "inventarier.csv"), *((p.name,) for p in _alone())):
        tables = [table for name in group for table in read_tables(MEASURED / name)]
        for guessed in guess_tables(tables):
            truth = json.loads((MEASURED / f"{guessed.table.file}.truth.json").read_text("utf-8"))
            assert [t["heading"] for t in truth] == [
                g.heading.removesuffix(" 2") for g in guessed.columns
            ]
            total += len(truth)
            right += sum(g.kind == t["kind"] for g, t in zip(guessed.columns, truth, strict=True))
    assert right / total >= 0.95


def _alone() -> list[Path]:
    linked = ("rum.csv", "inventarier.csv")
    found = (p for p in MEASURED.iterdir() if p.suffix != ".json" and p.name not in linked)
    return sorted(found)


def test_every_guess_has_a_reason_and_other_choices() -> None:
    for content, _kinds in TABLES.values():
        for column in guess(content).columns:
            assert 0 < column.confidence <= 1
            assert column.reason["sv"] != column.reason["en"], column.reason
            assert column.kind not in column.alternatives
            assert column.alternatives


def test_days_that_begin_with_the_month_are_found_by_a_number_above_twelve() -> None:
    columns = guess("id,day\n1,12/25/2024\n2,01/02/2024\n").columns
    assert columns[1].style.month_first
    assert guess("id;dag\n1;3/4/2024\n2;1/2/2024\n").columns[1].confidence < 0.7


def test_personal_identity_numbers_are_pointed_out() -> None:
    """They must not be published; the number is the tax agency's own example of a test number."""
    column = guess("Namn;Nr\nA a;19811228-9874\nB b;811228-9874\n").columns[1]
    assert column.warning is not None
    assert guess("Namn;Personnr\nA a;1\nB b;2\n").columns[1].warning is not None
    rows = "A;Lykta trasig\nB;Ring 811228-9874 om detta\nC;Hål i vägen\nD;556036-0793\n"
    within = guess(f"Namn;Fritext\n{rows}").columns[1].warning
    assert within is not None
    assert "811228-9874" in within["sv"]
    assert guess("Nimi;Hetu\nA a;131052-308T\n").columns[1].warning is not None
    assert guess("Namn;Ring\nA a;811228-9873\nB;1\nC;2\n").columns[1].warning is None


def test_se_is_northern_sami_beside_swedish() -> None:
    columns = guess("Namn (sv);Namn (se)\nTorne;Durdnos\nAbisko;Ábeskovvu\n").columns
    assert [column.language for column in columns] == ["sv", "se"]


def test_a_zone_is_found_in_headings_and_open_where_nothing_says_it() -> None:
    rows = "1;6580000;152000\n2;6581000;153000\n3;6582000;154000\n"
    named = guess(f"id;N (SWEREF 99 13 30);E (SWEREF 99 13 30)\n{rows}").columns[1]
    assert (named.kind, named.style.epsg) == ("northing", 3008)
    unnamed = guess(f"id;Nord;Ost\n{rows}").columns[1]
    assert unnamed.kind == "northing"
    assert unnamed.confidence < 0.5


def test_rows_of_another_table_are_links_whichever_comes_first() -> None:
    rooms = tables_of(b"Rum-id;Namn\nA1;Sal ett\nA2;Sal tva\nA3;Sal tre\n", "rum.csv")
    things = tables_of(b"Id;Sak;Rum\n1;Stol x;A1\n2;Bord y;A3\n3;Skap z;A1\n", "saker.csv")
    for order in ([*rooms, *things], [*things, *rooms]):
        by_name = {guessed.table.name: guessed for guessed in guess_tables(order)}
        link = by_name["saker"].columns[2]
        assert (link.kind, link.target) == ("link", "rum")


def test_numbers_that_a_spreadsheet_has_rounded_are_pointed_out() -> None:
    column = guess("Plats;GSRN\nNorrsta;7,35999E+17\nSödersta;7,36001E+17\n").columns[1]
    assert column.warning is not None


def test_telephone_numbers_are_of_the_country_of_the_table() -> None:
    content = (
        "Bezeichnung;Straße;Telefon\nAmt Nord;Hauptstraße 1;0351 48 80\nAmt Süd;Ring 2;0351 48 81\n"
    )
    assert guess(content).columns[2].style.country == "49"


def test_a_point_before_three_digits_groups_them_where_others_write_a_comma() -> None:
    column = guess("Magasin;Yta;Hyra\nEtt;1.250;12,5\nTvå;2.040;9,75\n").columns[1]
    assert (column.style.group, column.is_integer) == (".", True)


ODD = (
    *(
        "9" * 5000,
        "1e400",
        "-1E+9999",
        "①",
        "²",
        "٢٠٢٠",
        "٣,٥",
        "½",
        "Ⅷ",
        "0000-00-00",
        "9999-99-99",
    ),
    *("inf", "nan", "99:99", "24:60", f"SRID={'3' * 5000};POINT(1 2)", "POINT (1e400 -1e400)"),
    *(f"POINT ({'9' * 400} 1)", "59°" + " " * 500, "1/2/3/4", "00000", "−5", "\ud7ff", "+46" * 200),
)


@pytest.mark.parametrize("heading", ["Antal", "År", "Datum", "Lat", "Plats", "Postnr", "Tid"])
def test_no_cell_stops_the_guesses(heading: str) -> None:
    """However long it is, in whatever digits; what is read as a number is one of XML Schema."""
    usual = [("a", "5"), ("b", "2020"), ("c", "2020-01-01"), ("d", "59,1")]
    rows = [*usual, *((f"x{n}", odd) for n, odd in enumerate(ODD))]
    written = "\n".join(f'{name};"{cell}"' for name, cell in [("Namn", heading), *rows])
    (guess,) = guess_tables(tables_of(written.encode(), "odd.csv"))
    assert len(guess.columns) == 2
    for reader in READERS.values():
        for cell in ODD:
            reader(cell, Style())
    values = [READERS[kinds.NUMBER](cell, Style(decimal=",")) for cell in ODD]
    assert all(value is None or value.lexical.isascii() for value in values)
    assert [v.lexical for v in values if v is not None and len(v.lexical) < 9][:3] == [
        "2020",
        "3.5",
        "0",
    ]


def test_parts_that_come_again_are_values_also_where_they_are_as_many_as_their_sums() -> None:
    rows = ("Kusk;trav", "Ryttare;trav, hopp", "Brukare;hopp, dressyr") * 3
    content = "Roll;Gren\n" + "".join(
        f"{row.replace(';', f' {n};')}\n" for n, row in enumerate(rows)
    )
    assert guess(content).columns[1].separator == ","
    assert guess("Sak;Plats\n" + "A;Boden, Nord\nB;Lund, Syd\n" * 3).columns[1].separator == ""
