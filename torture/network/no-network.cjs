// Loaded into every process and thread by NODE_OPTIONS: writes down each attempt to reach the network in the file that
// NETWORK_LOG names, and makes it fail.
const { appendFileSync } = require('node:fs');
const dgram = require('node:dgram');
const dns = require('node:dns');
const net = require('node:net');

const note = (what) => appendFileSync(process.env.NETWORK_LOG, `${process.pid} ${what}\n`);
note('loaded');

function refuse(owner, name, what) {
  const original = owner[name];
  owner[name] = function (...args) {
    // Pipes between our own processes have a path instead of a port.
    const [options] = Array.isArray(args[0]) ? args[0] : args;
    const isPipe = typeof options?.path === 'string' && (options.port ?? undefined) === undefined;
    if (what === 'connect' && isPipe) return original.apply(this, args);
    note(`${what} ${JSON.stringify(args[0])}`);
    throw new Error(`${what}: the network is off`);
  };
}

// Everything of http, https, http2, tls and fetch connects through this.
refuse(net.Socket.prototype, 'connect', 'connect');
refuse(dgram.Socket.prototype, 'send', 'send');
refuse(dgram.Socket.prototype, 'connect', 'send');
for (const name of Object.keys(dns).filter((key) => /^(lookup|resolve|reverse)/.test(key))) {
  refuse(dns, name, 'look up');
  if (name in dns.promises) refuse(dns.promises, name, 'look up');
}
