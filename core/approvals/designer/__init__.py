"""Drawing flows: the designer, its checks before a flow is published, and what it tries out."""
