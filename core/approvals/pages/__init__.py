"""What people see of approvals: the inbox, a request, its record, and what a document shows of it."""
