"""The record, which is the truth: models, connection and one repository a noun."""
