"""How records are made: release files in, pages, messages, people and agencies out."""
