"""What each device is: one YAML file a device."""
