// Beside a time on the clock of the publication: the same moment on the clock of the viewer, where that differs.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

for (const element of document.querySelectorAll("[data-moment]")) {
  const moment = new Date(element.dataset.moment);
  if (-moment.getTimezoneOffset() === Number(element.dataset.offset)) continue;
  const shown = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const there = element.dataset.moment.slice(0, 10);
  const pad = (number) => String(number).padStart(2, "0");
  const here = `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;
  if (here !== there) shown.weekday = "short";
  element.textContent = `${new Intl.DateTimeFormat("en-GB", shown).format(moment)} your time`;
  element.title = zone;
}
