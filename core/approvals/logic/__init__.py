"""The rules of approvals as pure functions: what a flow says, who is asked, how a request goes forward."""
