// All script of the board: draws the charts, answers the slider while it is dragged, copies a table. Pages work without.
"use strict";
(() => {
  const swedish = document.documentElement.lang === "sv";
  const months = ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"];
  const days = ["söndag", "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag"];
  const time = {
    dateTime: "%A %e %B %Y %X", date: "%Y-%m-%d", time: "%H:%M:%S", periods: ["fm", "em"], days,
    shortDays: days.map((d) => d.slice(0, 3)), months, shortMonths: months.map((m) => m.slice(0, 3)),
  };
  const numbers = { decimal: ",", thousands: "\u00a0", grouping: [3], currency: ["", "\u00a0kr"], percent: "\u00a0%" };
  const options = {
    actions: false, renderer: "svg", ast: true, defaultStyle: false,
    tooltip: { disableDefaultStyle: true, id: "tip" },
    loader: { http: { mode: "same-origin" } },
    ...(swedish ? { timeFormatLocale: time, formatLocale: numbers } : {}),
  };

  const draw = (place) => {
    const spec = JSON.parse(document.getElementById(place.dataset.spec).textContent);
    return vegaEmbed(place, spec, options).then(({ view }) => {
      for (const drawing of place.querySelectorAll("svg")) {
        drawing.setAttribute("aria-hidden", "true");
        drawing.setAttribute("focusable", "false");
      }
      return view;
    });
  };

  const charts = [...document.querySelectorAll(".vega")];
  if (charts.length && window.vegaEmbed) {
    Promise.allSettled(charts.map(draw)).then((done) => {
      const failed = done.filter((one) => one.status === "rejected");
      for (const one of failed) console.error("chart:", one.reason);
      document.documentElement.dataset.charts = failed.length ? "failed" : "drawn";
    });
  } else {
    document.documentElement.dataset.charts = "none";
  }

  for (const button of document.querySelectorAll("button.copy")) {
    button.addEventListener("click", async () => {
      const rows = [...document.getElementById(button.dataset.copy).rows];
      const text = rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim()).join("\t")).join("\n");
      await navigator.clipboard.writeText(text);
      button.textContent = button.dataset.done;
    });
  }

  for (const form of document.querySelectorAll("form[data-live]")) {
    const answer = form.querySelector("#whatif-answer");
    const range = form.querySelector("input[type=range]");
    const said = form.querySelector("output");
    let asked = 0, timer = 0;
    const when = () => {
      const hours = Number(range.value);
      const { now, in: after, hours: h, days: d } = range.dataset;
      said.textContent = hours === 0 ? now : hours < 48 ? `${after} ${hours} ${h}` : `${after} ${hours / 24} ${d}`;
      if (swedish) said.textContent = said.textContent.replace(".", ",");
    };
    const ask = async () => {
      const mine = ++asked;
      const found = await fetch(`${form.dataset.live}?${new URLSearchParams(new FormData(form))}`);
      const text = await found.text();
      if (mine === asked && found.ok) answer.innerHTML = text;
    };
    form.addEventListener("input", () => { when(); clearTimeout(timer); timer = setTimeout(ask, 150); });
    form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
    when();
  }
})();
