"""What `inhibitedBy` asks of Alertmanager: the block, who mutes whom, and the sources."""
