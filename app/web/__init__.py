"""The two faces, HTML and JSON, of the same resources."""
