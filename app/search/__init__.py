"""The index, a copy of the record that can be searched, and the language that asks it."""
