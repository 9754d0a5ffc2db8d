"""The explorer: a local web page on which a scenario is changed and its plane redrawn.

`wayside.explorer.state` is a scenario with changes, in all its spellings; `controls` says which
values the page offers; `engine` answers for a state with what the modules of
``wayside.explorer.views`` make of results; `server` hands it out to the browser on this machine,
and to nobody else. The page itself (``page/``) holds no physics: it draws what it is sent.
"""
