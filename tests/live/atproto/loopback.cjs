// Preloaded: every server that names no host listens on loopback only, and on a port that the system chooses.
const net = require('node:net')

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...args) {
  const [first] = args
  if (typeof first === 'number' || /^\d+$/.test(String(first))) {
    const done = args.filter((arg) => typeof arg === 'function')
    return listen.call(this, { port: Number(first), host: '127.0.0.1' }, ...done)
  }
  if (first && typeof first === 'object' && first.port !== undefined && !first.host) {
    args[0] = { ...first, host: '127.0.0.1' }
  }
  return listen.apply(this, args)
}
