// Loaded into a command with --require: appends its CPU seconds and its largest resident set to the file of TORTURE_COST.
const { appendFileSync, readFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    // Not from resourceUsage, whose peak starts with that of the parent process.
    const peak = 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
    appendFileSync(process.env.TORTURE_COST, `${JSON.stringify({ cpu: (user + system) / 1e6, peak })}\n`);
  });
}
