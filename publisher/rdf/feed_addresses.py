"""Where portals have their feeds, by the software that they run."""

from __future__ import annotations

# Below the address of a site: ckanext-dcat and GeoNetwork, Project Open Data (Socrata, ArcGIS Hub),
# udata, ArcGIS Hub, Opendatasoft.
USUAL_FEEDS = (
    "catalog.rdf",
    "data.json",
    "api/1/site/catalog.rdf",
    "api/feed/dcat-ap/2.1.1.json",
    "api/explore/v2.1/catalog/exports/rdf",
)
