"""What is kept, found and shown: the record, the index and the two faces."""
