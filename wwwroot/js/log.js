// Keeps a log at its end while it is followed; scrolling up stops that, scrolling to the end resumes it.
export function attach(lines, owner) {
  let following = true;
  const atEnd = () => lines.scrollHeight - lines.scrollTop - lines.clientHeight < 24;
  const toEnd = () => { lines.scrollTop = lines.scrollHeight; };
  const set = (value) => {
    if (value === following) return;
    following = value;
    owner.invokeMethodAsync("FollowChanged", value);
  };
  // Only a person's scrolling counts: growth moves the end away without anybody having left it.
  let by = 0;
  const touched = () => { by = performance.now(); };
  const onScroll = () => {
    if (atEnd()) set(true);
    else if (performance.now() - by < 1000) set(false);
  };
  const touches = ["wheel", "touchmove", "keydown", "pointerdown"];
  for (const touch of touches) lines.addEventListener(touch, touched, { passive: true });
  lines.addEventListener("scroll", onScroll, { passive: true });
  const growth = new MutationObserver(() => { if (following) toEnd(); });
  growth.observe(lines, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["style"] });
  toEnd();
  return {
    follow: () => { set(true); toEnd(); },
    detach: () => {
      growth.disconnect();
      for (const touch of touches) lines.removeEventListener(touch, touched);
      lines.removeEventListener("scroll", onScroll);
    },
  };
}
