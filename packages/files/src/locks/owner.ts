import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

// The process namespace of the host, not of a container (PROC_PID_INIT_INO in Linux's proc_ns.h).
const machineNamespace = 'pid:[4026531836]';

/** The owner of an unfinished file: where the process runs, its process id, and when it started. */
const ownerPattern = '[0-9a-f]{8}-\\d+-[0-9a-f]{8}';

let own: string | undefined;

/** How this process marks its files in a folder: `<place>-<process id>-<start>`. */
export function ownerOfThisProcess(): string {
  own ??= `${thisPlace()}-${process.pid}-${startOf(process.pid)?.start ?? unknownStart}`;
  return own;
}

/** Whether a text has the form that `ownerOfThisProcess` returns. */
export function isOwner(text: string): boolean {
  return new RegExp(`^${ownerPattern}$`).test(text);
}

/** The owner in the name of a temporary file; undefined for any other name. */
export function ownerOfTemporary(name: string): string | undefined {
  return new RegExp(`^\\..*\\.(${ownerPattern})\\.[0-9a-f]{12}\\.tmp$`, 's').exec(name)?.[1];
}

/** The process id of an owner. */
export function processOf(owner: string): number {
  return Number(owner.split('-')[1]);
}

/** Whether an owner's process is still running; undefined if it belongs to another machine or container, which we cannot see. */
export function isRunning(owner: string): boolean | undefined {
  const [place, , start] = owner.split('-');
  if (place !== thisPlace()) return undefined;
  const pid = processOf(owner);
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process exists, but belongs to another user.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const found = startOf(pid);
  // Process ids are reused, also after a reboot.
  return found === undefined || (found.start === start && !found.hasEnded);
}

const unknownStart = '00000000';
let place: string | undefined;

/** Identifies the machine or container: processes of the same place can see each other. */
function thisPlace(): string {
  if (place === undefined) {
    const namespace = textOf(() => readlinkSync('/proc/self/ns/pid'));
    const isContainer = namespace !== undefined && namespace !== machineNamespace;
    // A container may have its host's name, and the namespace number of a container on another machine.
    const identity = isContainer ? bootId() : textOf(() => readFileSync('/etc/machine-id', 'utf8'));
    place = shortHash([hostname(), namespace, identity]);
  }
  return place;
}

/** When a process started, and whether it has ended (a zombie); undefined if the system does not say. */
function startOf(pid: number): { start: string; hasEnded: boolean } | undefined {
  const stat = textOf(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  if (stat === undefined) return undefined;
  // proc(5): number, (name), state, ...; the 22nd field is the start time in ticks since boot.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { start: shortHash([bootId(), fields[19]]), hasEnded: ['Z', 'X'].includes(fields[0]!) };
}

function bootId(): string | undefined {
  return textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
}

function shortHash(parts: readonly (string | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8);
}

/** Undefined if there is no such file, as on systems other than Linux. */
function textOf(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
