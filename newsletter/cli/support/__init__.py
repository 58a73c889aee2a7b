"""What commands share: options, output, lookups by name, input files, JSON shapes."""
