"""The words of the flow, one file each: pure functions from table to table."""
