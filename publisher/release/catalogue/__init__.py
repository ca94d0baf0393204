"""What the release says of itself: the catalogue in both views, VoID, the service, the sitemap."""
