"""The kopf shell: feeds what the API server says into the snapshot, and decides nothing."""
