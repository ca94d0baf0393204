"""A verification from beginning to end; reads like a table of contents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

from rdflib import DCAT, VOID, Graph

from publisher.findings import Finding, count, in_order
from publisher.messages import Text, in_language, text, translate
from publisher.rdf.context_loading import LoadContext, context_loader
from publisher.system.http_client import Visit, address_host, is_web
from publisher.verify import (
    dereference,
    distributions,
    fair,
    harvest,
    history,
    integrity,
    mqa,
    outgoing_links,
    overview,
    profiles,
    protocol,
    signposting,
    viewers,
)
from publisher.verify.affected import affected_datasets
from publisher.verify.feed_source import find_source
from publisher.verify.harvest import Feed
from publisher.verify.options import VerifyOptions
from publisher.verify.pacing import PacedClient
from publisher.verify.report import (
    ProfileResult,
    ReportTable,
    VerificationReport,
    note,
    warning,
)
from publisher.verify.site import DumpContents, VerifiedSite

LINKS_CHECKED = 300
DATASETS_SCORED = 25
DOCUMENTS_POSTED = 3


class _Verification:
    """The state of one verification: what was learned of the site, and what was found."""

    def __init__(self, written: str, options: VerifyOptions, tell: Callable[[str], None]) -> None:
        self.options, self.tell = options, tell
        self.client = PacedClient(options.limits, options.pause_seconds)
        self.findings: list[Finding] = []
        self.others: list[Finding] = []
        self.tables: list[ReportTable] = []
        self.results: list[ProfileResult] = []
        self.broken_rules: list[Finding] = []
        self.visits: dict[str, Visit] = {}
        self.key = integrity.read_key(options.public_key) if options.public_key else None
        self.profiles = profiles.read_profiles(self.client, options.profiles)
        self.load: LoadContext = context_loader(self.client)
        self.source = find_source(self.client, written, options.catalogue, self.load)
        self.findings += self.source.findings
        address = self.source.address
        self.is_site = self.source.site is not None
        # Of a feed alone nothing but its own address is known to be its publisher's.
        self.site = self.source.site or VerifiedSite(address, address)
        self.client.is_paced = True
        self.client.own_host = address_host(address) if self.is_site else ""
        self.inventory = DumpContents(self.site)
        self.feed = Feed(urljoin(address, options.catalogue) if self.is_site else address)
        self.se_feed = Feed(urljoin(address, options.se_view) if self.is_site else address)

    def harvest(self) -> None:
        """Fetch the catalogue as each portal does, and compare it with the last time."""
        if self.is_site:
            self._harvest_site()
        else:
            self._read_feed()
        self.tables += overview.tables(self.feed)
        if self.feed.triples:
            feeds = {"dataportal": self.se_feed}
            self.tables += [
                viewers.viewer_table(feeds.get(viewer, self.feed), viewer)
                for viewer in self.options.viewers
            ]
        if self.options.state is not None and self.feed.triples:
            self._compare(self.options.state)

    def _harvest_site(self) -> None:
        self.feed, findings = harvest.as_ckan(self.client, self.feed.address, self.load)
        self.findings += findings + harvest.placeholders(self.feed.graph)
        self.findings += harvest.open_pages(self.client, self.site.address)
        formats = harvest.as_europa(self.client, self.feed, self.load)
        self.findings += map(self._claimed, formats)
        if self.options.se_view:
            self.se_feed, findings = harvest.as_dataportal(
                self.client, self.se_feed.address, self.feed
            )
            self.findings += findings

    def _read_feed(self) -> None:
        """Read the pages of a feed, or its file; both views are this one."""
        if self.source.file is None:
            self.feed, findings = harvest.as_anybody(self.client, self.source.address, self.load)
        else:
            self.feed, findings = harvest.as_file(self.source.file, self.source.address, self.load)
        self.se_feed = self.feed
        self.findings += findings + harvest.placeholders(self.feed.graph)
        if self.feed.triples and profiles.SWEDISH in self._deciding():
            self.findings += harvest.portal_advice(self.feed)

    def _compare(self, state: Path) -> None:
        """Say what changed since the last harvest; an unreadable feed is not remembered."""
        now = history.dataset_digests(self.feed)
        before = history.read_digests(state, self.feed.address)
        if before:
            findings, table = history.compare(before, now)
            self.findings += findings
            self.tables.append(table)
        history.write_digests(state, self.feed.address, now)

    def _deciding(self) -> tuple[str, ...]:
        """Return the profiles of our own whose violations make the verification fail."""
        named = [name for name in self.options.profiles if name in profiles.BUILT_IN]
        if named:
            return tuple(named)
        return profiles.DEFAULT if self.is_site else profiles.claimed_profiles(self.feed.graph)

    def validate(self) -> None:
        """Run our profiles and those given over the feeds."""
        deciding = self._deciding()
        own = dict.fromkeys((*profiles.DEFAULT, *deciding))
        for profile in (*map(profiles.built_in_profile, own), *self.profiles):
            feed = self.se_feed if profile.of_se_view else self.feed
            if not feed.triples:
                continue
            self.tell(profile.name)
            findings = self._without_known(profiles.validate(feed.graph, profile))
            decides = not profile.is_ours or profile.option in deciding
            (self.findings if decides else self.others).extend(findings)
            self.broken_rules += [] if profile.of_se_view else findings
            counts = count(findings)
            if decides or counts:
                name = profile.option or profile.name
                self.results.append(ProfileResult(name, profile.name, decides, counts))

    def _without_known(self, findings: list[Finding]) -> list[Finding]:
        """Return findings without what a profile that was run before says in the same words."""
        known = {(f.focus_node, _rule_in_profile(f)) for f in (*self.findings, *self.others)}
        return [f for f in findings if (f.focus_node, _rule_in_profile(f)) not in known]

    def score(self) -> None:
        """Give each dataset its MQA score."""
        violations = [
            finding
            for finding in self.broken_rules
            if finding.severity.blocks and not finding.rule.startswith(_NO_PART_OF_MQA)
        ]
        statuses = mqa.statuses_of(self._ask_for_files())
        scores = mqa.score_all(self.feed.graph, self.feed.datasets(), violations, statuses)
        self.tables += mqa.tables(scores) if scores else []

    def _ask_for_files(self) -> dict[str, Visit]:
        """Return what HEAD gave for each address of a file, each asked for once."""
        addresses = [a for a in mqa.file_addresses(self.feed.graph) if is_web(a)]
        if self.visits or not addresses:
            return self.visits
        seconds = self.options.files_seconds
        self.visits = mqa.ask_for_files(self.client, addresses, seconds, self.tell)
        if len(self.visits) < len(addresses):
            message = text(
                "{count} of {all} addresses of files were asked for within {seconds} seconds;"
                " allow more with --files-seconds.",
                count=len(self.visits),
                all=len(addresses),
                seconds=f"{seconds:g}",
            )
            self.findings.append(note("distribution:sample", message, self.feed.address))
        return self.visits

    def download(self) -> None:
        """Fetch every distribution of the site, and take stock of one dump of each dataset.

        Files of others are asked about, and not fetched.
        """
        known: set[str] = set()
        fetched: list[distributions.DownloadResult] = []
        if self.is_site:
            for download in distributions.check(
                self.client, self.site, self.feed.graph, self.load, self.tell
            ):
                if download.triples and download.dataset not in known:
                    known.add(download.dataset)
                    self.inventory.add(download.triples)
                fetched.append(replace(download, triples=None))
        visits = self._ask_for_files()
        elsewhere = {a: v for a, v in visits.items() if not (self.is_site and self.site.holds(a))}
        fetched += distributions.check_elsewhere(self.feed.graph, elsewhere, self.client.limits)
        self.findings += [finding for download in fetched for finding in download.findings]
        self.tables += [overview.downloads(fetched)] if fetched else []

    def dereference(self) -> None:
        """Look the subjects up, and ask for the addresses that their documents lead to."""
        self.inventory.add(self.feed.described())
        for example in sorted(self.inventory.examples):
            message = text(
                "This is the example that the folder began with. Replace it with your own."
            )
            self.findings.append(note("data:placeholder", message, example))
        sample = self.inventory.sample(self.options.sample)
        addresses: set[str] = set()
        for subject in sample:
            self.tell(subject)
            result = dereference.look_up(
                self.client, self.site, subject, self.inventory.subjects[subject], self.load
            )
            self.findings += map(self._claimed, result.findings)
            addresses |= result.links
        dead = dereference.dead_links(self.client, sorted(addresses)[:LINKS_CHECKED])
        self.findings += map(self._claimed, dead)
        counts = {"chosen": len(sample), "all": len(self.inventory.subjects)}
        message = text("Looked up {chosen} of {all} subjects.", **counts)
        self.findings.append(note("dereference:sample", message, self.site.base))

    def ask(self) -> None:
        """Hold each SPARQL endpoint against the protocol."""
        described = self.feed.graph.objects(None, DCAT.endpointURL)
        services = {str(o) for o in described if "sparql" in str(o).lower()}
        endpoints = {*map(self.site.locate, self.site.endpoints()), *services}
        own = sorted(endpoint for endpoint in endpoints if self.site.holds(endpoint))
        if not own:
            message = text("No SPARQL endpoint is named in VoID (void:sparqlEndpoint).")
            self.findings.append(warning("protocol:none", message, self.site.address))
        for endpoint in own:
            self.tell(endpoint)
            findings, table = protocol.check(self.client, endpoint)
            self.findings += findings
            self.tables.append(table)

    def judge(self) -> None:
        """Score landing pages, documents and ontologies for FAIR."""
        vocabularies = {str(o) for o in self.site.void.objects(None, VOID.vocabulary)}
        own = {iri.rstrip("#") for iri in vocabularies if self.site.holds(iri)}
        findings, tables = fair.datasets(
            self.client,
            self.feed.graph,
            self.feed.datasets()[:DATASETS_SCORED],
            self.load,
            self.tell,
        )
        self.findings += findings
        self.tables += tables
        things = [s for s, document in self.inventory.subjects.items() if not document]
        sample = [s for s in self.inventory.sample(self.options.sample) if s in things]
        self.findings += fair.documents(self.client, sample[:DOCUMENTS_POSTED])
        findings, tables = fair.ontologies(
            self.client, sorted(self.inventory.ontologies or own), self.load, self.options.links
        )
        self.findings += findings + signposting.api_catalogue(self.client, self.site.address)
        self.tables += tables

    def _claimed(self, finding: Finding) -> Finding:
        """Return a finding about linked data: advice for a site that does not say it has any."""
        return finding if self.site.describes_itself else harvest.as_advice(finding)

    def prove(self) -> None:
        """Hold what the release on line consists of against its signed manifest."""
        findings, table = integrity.check(self.client, self.site.address, self.key, self.tell)
        self.findings += findings
        self.tables += [table] if table else []

    def follow_links(self) -> None:
        """Ask for the addresses outside that the data link to."""
        self.findings += outgoing_links.check(
            self.client,
            self.inventory.outgoing,
            self.options.links_cache,
            self.options.delay_seconds,
            self.tell,
        )


# The law on high-value data is none of DCAT-AP's rules.
_NO_PART_OF_MQA = "urn:publisher:dcat-ap-hvd:"
_PROFILE_OF_RULE = "urn:publisher:"


def _rule_in_profile(finding: Finding) -> str:
    """Return a rule without its profile, so that two profiles can be compared.

    >>> _rule_in_profile(note("urn:publisher:dcat-ap-hvd:dcat:Dataset/dcat:theme/most", {}, ""))
    'dcat:Dataset/dcat:theme/most'
    """
    profile, _, rule = finding.rule.removeprefix(_PROFILE_OF_RULE).partition(":")
    is_semic = finding.rule.startswith(_PROFILE_OF_RULE) and profile != profiles.SWEDISH
    return rule if is_semic else f"{finding.rule} {finding.path} {finding.value}"


def _no_progress(_: str) -> None:
    """Say nothing."""


def verify(
    url: str,
    options: VerifyOptions | None = None,
    progress: Callable[[str], None] = _no_progress,
) -> VerificationReport:
    """Return what portals and clients meet at a site, or in a feed.

    Args:
        url: Where the site or the feed is, or the file that the feed is in.
        options: How to verify; everything with cautious limits by default.
        progress: Is called with in words what is being done.

    Raises:
        UsageError: There is neither an address nor a file of that name; what was named as a
            public key is none.
        SourceMissing: A profile that was named is not there.
        SourceSyntax: A profile or a state file cannot be read. Nothing that the site does
            is raised: it becomes a finding.
    """
    options = options or VerifyOptions()
    run = _Verification(url, options, progress)
    for name, (step, title) in _steps(run).items():
        if name in options.parts and run.source.is_there:
            progress(in_language(title, options.language))
            step()
    if options.links and run.source.is_there:
        progress(translate("Checking the links that lead out", options.language))
        run.follow_links()
    return VerificationReport(
        run.source.address,
        run.site.base,
        tuple(run.client.exchanges),
        tuple(in_order(_without_repetitions(run.findings))),
        tuple(run.tables),
        kind="site" if run.is_site else "feed",
        profiles=tuple(run.results),
        others=tuple(in_order(run.others)),
        affected={
            **affected_datasets(run.se_feed.graph if run.is_site else Graph()),
            **affected_datasets(run.feed.graph),
        },
    )


def _steps(run: _Verification) -> dict[str, tuple[Callable[[], None], Text]]:
    """Return the parts of a verification in their order; of a feed alone only those about it."""
    of_feed = {
        "harvest": (run.harvest, text("Fetching the catalogue as portals do")),
        "profiles": (run.validate, text("Validating the feeds")),
        "mqa": (run.score, text("Scoring the datasets")),
        "distributions": (run.download, text("Fetching the distributions")),
    }
    of_site = {
        "dereference": (run.dereference, text("Looking subjects up")),
        "protocol": (run.ask, text("Asking the SPARQL endpoint")),
        "fair": (run.judge, text("Judging how FAIR the site is")),
        "proof": (run.prove, text("Comparing the release with its manifest")),
    }
    return of_feed | of_site if run.is_site else of_feed


def _without_repetitions(findings: list[Finding]) -> list[Finding]:
    """Return the findings without duplicates."""
    return list(
        {(f.rule, f.focus_node, f.path, f.value, str(f.message)): f for f in findings}.values()
    )
