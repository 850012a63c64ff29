/** A process that systemd runs. */
export interface Unit {
  readonly description: string;
  /** What a person does before it starts, as comments. */
  readonly about: readonly string[];
  /** The arguments of `hypertide`. */
  readonly words: readonly string[];
  /** Whether it runs programs of others, which may need devices such as GPUs, and time to hand trials back. */
  readonly runsPrograms?: boolean;
  /** A folder to which it writes, besides its own. */
  readonly writes?: string | undefined;
}

/** What no process of hypertide needs, so that a fault in it, or in a program that it runs, harms nothing else. Node compiles, so memory stays executable. */
const CONFINED = `NoNewPrivileges=true
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=true
ProtectKernelTunables=true
ProtectKernelModules=true
ProtectKernelLogs=true
ProtectControlGroups=true
ProtectClock=true
ProtectHostname=true
ProtectProc=invisible
PrivateTmp=true
RemoveIPC=true
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
LockPersonality=true
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077`;

const HANDS_BACK = `# SIGTERM reaches the worker alone, which ends its programs and hands their trials back.
KillMode=mixed
SuccessExitStatus=130
TimeoutStopSec=30`;

/** The text of a unit. */
export const unitText = ({
  description,
  about,
  words,
  runsPrograms = false,
  writes,
}: Unit): string => `${about.map((line) => `# ${line}\n`).join('')}\
# The account: useradd --system --home-dir /var/lib/hypertide hypertide
[Unit]
Description=${description}
After=network-online.target
Wants=network-online.target

[Service]
User=hypertide
StateDirectory=hypertide
WorkingDirectory=/var/lib/hypertide
# HYPERTIDE_NATS=nats://nats.example.com, and what else the process needs
EnvironmentFile=-/etc/hypertide/environment
ExecStart=/usr/bin/env hypertide ${words.join(' ')}
Restart=on-failure
RestartSec=5
${writes === undefined ? '' : `ReadWritePaths=${writes}\n`}${runsPrograms ? `${HANDS_BACK}\n${CONFINED}` : `${CONFINED}\nPrivateDevices=true`}

[Install]
WantedBy=multi-user.target
`;
