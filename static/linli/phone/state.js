/* What every screen shows: how much is unsent, who works here, how the network is. */

export const state = {
  user: null, // {id, name, large}
  unsent: 0, refused: 0, others: 0, files: 0, oldest: "",
  online: true, signedOut: false, closed: false, sending: false, clockOff: 0, reopens: true, full: false, tight: false, doubt: false,
};

const listeners = new Set();
const channel = "BroadcastChannel" in window ? new BroadcastChannel("linli") : null;
if (channel) channel.onmessage = (event) => { for (const tell of listeners) tell(event.data); };

export const onChange = (tell) => { listeners.add(tell); return () => listeners.delete(tell); };

export function change(values = {}, what = "state") {
  Object.assign(state, values);
  if (channel && what !== "state") channel.postMessage(what);
  for (const tell of listeners) tell(what);
}
