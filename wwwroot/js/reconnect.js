// Starts Blazor with our own way of coming back after a lost circuit: paced, visible, and honest when it cannot.
// Blazor's own handler retries fast and, refused by a restarted server, leaves a dead page standing.
const pauses = [0, 1000, 2000, 3000, 5000]; // milliseconds; the last repeats
const banner = () => document.getElementById("connection");
let wake = null;
let lost = false;

function say(text) {
  banner().querySelector("span:last-child").textContent = text;
  banner().hidden = false;
}

function pause(milliseconds) {
  return new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    wake = () => { clearTimeout(timer); done(); };
  });
}

async function comeBack() {
  for (let attempt = 0; lost; attempt++) {
    await pause(pauses[Math.min(attempt, pauses.length - 1)]);
    if (!lost) return;
    try {
      if (await Blazor.reconnect()) return;
      // The server answers but no longer knows this page: its state is gone, a fresh one is not.
      say("The server has restarted – loading the page anew…");
      location.reload();
      return;
    } catch {
      say(navigator.onLine ? "Connection lost – reconnecting…" : "Connection lost – this device is offline");
    }
  }
}

const handler = {
  onConnectionDown() {
    if (lost) return;
    lost = true;
    say("Connection lost – reconnecting…");
    comeBack();
  },
  onConnectionUp() {
    lost = false;
    banner().hidden = true;
  },
};

addEventListener("online", () => wake?.());
document.addEventListener("visibilitychange", () => { if (!document.hidden) wake?.(); });

Blazor.start({ circuit: { reconnectionHandler: handler } });
