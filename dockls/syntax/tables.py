"""What BuildKit's frontend knows of flags, mounts and signals; data only.

Source: frontend/dockerfile/instructions/{parse,commands_runmount,commands_runnetwork,commands_runsecurity}.go.
"""

#: kinds of flags: a switch, one value, or any number of values
SWITCH, SINGLE, REPEATABLE = "switch", "single", "repeatable"

#: the flags of each instruction, and how each is used (parse.go, ``req.flags.Add…``)
FLAGS: dict[str, dict[str, str]] = {
    "ADD": {
        "chown": SINGLE,
        "chmod": SINGLE,
        "link": SWITCH,
        "keep-git-dir": SWITCH,
        "checksum": SINGLE,
        "unpack": SWITCH,
        "exclude": REPEATABLE,
    },
    "COPY": {
        "chown": SINGLE,
        "from": SINGLE,
        "chmod": SINGLE,
        "link": SWITCH,
        "exclude": REPEATABLE,
        "parents": SWITCH,
    },
    "FROM": {"platform": SINGLE},
    "HEALTHCHECK": {
        "interval": SINGLE,
        "timeout": SINGLE,
        "start-period": SINGLE,
        "start-interval": SINGLE,
        "retries": SINGLE,
    },
    "RUN": {"device": REPEATABLE, "mount": REPEATABLE, "network": SINGLE, "security": SINGLE},
}

#: instructions whose flags BuildKit never looks at, whatever they are
FLAGS_IGNORED = ("ARG", "STOPSIGNAL")

NETWORK_MODES = ("default", "none", "host")
SECURITY_MODES = ("sandbox", "insecure")

MOUNT_TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
SHARING_MODES = ("shared", "private", "locked")

#: every key of a mount, as written, and the name it means
MOUNT_KEYS = {
    "type": "type",
    "from": "from",
    "source": "source",
    "src": "source",
    "target": "target",
    "dst": "target",
    "destination": "target",
    "readonly": "readonly",
    "ro": "readonly",
    "readwrite": "readwrite",
    "rw": "readwrite",
    "id": "id",
    "sharing": "sharing",
    "required": "required",
    "size": "size",
    "mode": "mode",
    "uid": "uid",
    "gid": "gid",
    "env": "env",
}

#: keys that only some types of mount take
MOUNT_KEY_TYPES = {
    "required": ("secret", "ssh"),
    "size": ("tmpfs",),
    "mode": ("secret", "ssh", "cache"),
    "uid": ("secret", "ssh", "cache"),
    "gid": ("secret", "ssh", "cache"),
}

#: keys that may stand without a value
MOUNT_SWITCHES = ("readonly", "readwrite", "required")

#: what Go's strconv.ParseBool takes
BOOLEANS = frozenset(("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"))

#: names of signals without SIG; real-time signals are added by number (moby/sys/signal, signal_linux.go)
SIGNALS = frozenset(
    (
        *(
            "ABRT",
            "ALRM",
            "BUS",
            "CHLD",
            "CLD",
            "CONT",
            "FPE",
            "HUP",
            "ILL",
            "INT",
            "IO",
            "IOT",
            "KILL",
            "PIPE",
            "POLL",
        ),
        *("PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG"),
        *("USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX"),
        *(f"RTMIN+{number}" for number in range(1, 16)),
        *(f"RTMAX-{number}" for number in range(1, 15)),
    )
)

#: the units of Go's time.ParseDuration, in milliseconds
DURATION_UNITS = {
    "ns": 1e-6,
    "us": 1e-3,
    "µs": 1e-3,
    "μs": 1e-3,
    "ms": 1.0,
    "s": 1e3,
    "m": 6e4,
    "h": 3.6e6,
}
