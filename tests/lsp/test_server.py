"""A real client speaks with the server as editors do."""
