"""What all foreign documents have in common: values with their places, a report, names of connections."""
