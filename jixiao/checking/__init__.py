"""What makes an evaluation of a filing, and looks across the county."""
