// Only where `cargo xtask serve --dev` serves: loads the page again when Trunk has built it anew.

export {};

const address = new URL(".well-known/trunk/ws", document.baseURI);
address.protocol = "ws:";

function listen(again: boolean): void {
  const socket = new WebSocket(address);
  socket.onopen = () => {
    if (again) location.reload(); // the server was away: who knows what changed
  };
  socket.onmessage = ({ data }) => {
    const { type, data: details } = JSON.parse(data);
    if (type === "reload") location.reload();
    else console.error(`weir: the page could not be built\n${details?.reason ?? ""}`);
  };
  socket.onclose = () => setTimeout(() => listen(true), 2000);
}
listen(false);
