"""The language server: the same findings, while the code is being written.

The protocol's edge
    transport    messages from and to a pair of streams
    protocol     every request is answered, malformed ones with an error
    session      one client: what it can do, and what is kept for it
    sync         its notifications on documents and notebooks
    configuring  its notifications on settings, files and folders
    requests     its requests
    app          all of it together
What the client has open
    text         a text, and places in it in the client's units
    programs     what is linted as one: a file
    notebooks    the cells of a notebook
    documents    all of them, kept in step with the client
What is said of it
    worker       a process of its own that lints: a crash there costs one answer
    settings     the settings of each file, from its configuration and the client's
    analyst      the report on the latest version of a program
    findings     a report as diagnostics of the protocol
    publisher    pushes them, to clients that do not pull
    workspace    the same for every file of the workspace
    progress     how far a long request is
What can be done about it
    edits        edits in the words of the protocol
    actions      quick fixes, fix all, ignore here
    silence      where a comment has to stand to silence a finding
    hover        the page of a finding's rule
    hints        what a mend would save, at the end of the line

It needs the extra `lsp`; `smelllint server` starts it.
"""
