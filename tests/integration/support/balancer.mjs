// Balancer: what kube-proxy is to a Service: one address that stays, TCP passed on as it is to the
// server behind it. Without one, new connections are refused; old ones live as long as both ends.
import net from 'node:net';

export class Balancer {
  // `names`: the listeners, as in the server's ready line.
  static async start(names = ['grpc', 'http']) {
    const balancer = new Balancer();
    for (const name of names) {
      const listener = net.createServer((socket) => balancer.#pass(name, socket));
      await new Promise((resolve) => { listener.listen(0, '127.0.0.1', resolve); });
      balancer.listeners.push(listener);
      balancer.addresses[name] = `127.0.0.1:${listener.address().port}`;
    }
    return balancer;
  }

  constructor() {
    this.listeners = [];
    this.addresses = {};
    this.sockets = new Set();
    this.target = undefined;
    this.accepted = 0;  // connections, so far
  }

  // Sends new connections to `server`; undefined: to nobody.
  route(server) {
    this.target = server?.ready;
  }

  #pass(name, socket) {
    this.#keep(socket);
    this.accepted += 1;
    if (!this.target) return socket.destroy();
    const [host, port] = this.target[name].split(':');
    const upstream = this.#keep(net.connect(Number(port), host));
    for (const [from, to] of [[socket, upstream], [upstream, socket]]) {
      from.setNoDelay(true);
      from.pipe(to);
      from.on('close', () => to.destroy());
    }
    return undefined;
  }

  #keep(socket) {
    this.sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.sockets.delete(socket));
    return socket;
  }

  stop() {
    for (const socket of this.sockets) socket.destroy();
    for (const listener of this.listeners) listener.close();
  }
}
