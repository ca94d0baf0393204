"""A release that another copy of the site has already: fetched, verified, made current here."""
