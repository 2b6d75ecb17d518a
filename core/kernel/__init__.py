"""The addon kernel: manifests, discovery, load order, registry, hooks, the enable switch."""
