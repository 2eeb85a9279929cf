// What a browser has and Node has not, as far as the web SDK touches it. The SDK itself is as
// published. `localStorage` holds the session, as a sign-in would have left it there.
import WebSocket from 'ws';

export function installBrowserGlobals({ project = 'demo', session } = {}) {
  const stored = new Map();
  if (session) stored.set('cookieFallback', JSON.stringify({ [`a_session_${project}`]: session }));
  const localStorage = {
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => stored.set(key, value),
  };
  globalThis.WebSocket = WebSocket;
  globalThis.window = { setTimeout, setInterval, clearInterval, console, localStorage,
                        location: { host: 'localhost', href: 'http://localhost/' } };
}
