"""The contact of the datasets: the one thing to set before a feed is registered."""

from __future__ import annotations

from urllib.parse import unquote

from rdflib import DCAT, Graph, Namespace

from publisher.findings import Finding
from publisher.messages import text
from publisher.verify.verdicts import warning

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
# RFC 2606 and RFC 6761: names that belong to nobody.
NOBODYS = ("example", "example.org", "example.com", "example.net", "invalid", "test")


def placeholders(feed: Graph) -> list[Finding]:
    """Return a warning for each contact whose mail address belongs to nobody."""
    findings = []
    contacts = set(feed.objects(None, DCAT.contactPoint))
    for contact in sorted(contacts, key=str):
        for address in feed.objects(contact, VCARD.hasEmail):
            mail = unquote(str(address).removeprefix("mailto:"))
            domain = mail.rpartition("@")[2].lower()
            if any(domain == name or domain.endswith("." + name) for name in NOBODYS):
                message = text(
                    "The contact address {mail} is a placeholder. Set your own before you "
                    "register the feed with a portal.",
                    mail=mail,
                )
                findings.append(warning("contact:placeholder", message, str(contact)))
    return findings
