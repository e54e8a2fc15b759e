"""Public data analysed anew, each number beside the published one."""
