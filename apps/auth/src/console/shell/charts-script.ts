/**
 * Draws a chart above each table that asks for one, from what stands in the table: whoever has no script misses nothing. The first column
 * names, every other one is a series. A file of its own: the policy of the page runs nothing else.
 */
export const CHARTS_SCRIPT = `'use strict';
(() => {
  const css = getComputedStyle(document.documentElement);
  const colour = (name) => css.getPropertyValue(name).trim();
  const palette = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6'].map(colour);
  Chart.defaults.color = colour('--pico-color');
  Chart.defaults.borderColor = colour('--pico-muted-border-color');
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.animation = false;
  for (const figure of document.querySelectorAll('figure[data-chart]')) {
    const table = figure.querySelector('table');
    const rows = [...table.tBodies[0].rows];
    if (!rows.length) continue;
    const [, ...series] = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
    const stacked = figure.dataset.chart === 'stacked';
    const box = document.createElement('div');
    const canvas = document.createElement('canvas');
    box.className = 'chart';
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', table.caption.textContent.trim());
    box.append(canvas);
    figure.querySelector('details').open = false;
    figure.prepend(box);
    new Chart(canvas, {
      type: 'bar',
      data: {
        labels: rows.map((row) => row.cells[0].textContent.trim()),
        datasets: series.map((label, index) => ({
          label,
          data: rows.map((row) => Number(row.cells[index + 1].dataset.value)),
          backgroundColor: palette[index % palette.length],
          maxBarThickness: 28,
        })),
      },
      options: {
        maintainAspectRatio: false,
        indexAxis: stacked ? 'x' : 'y',
        plugins: { legend: { display: series.length > 1 } },
        scales: { x: { stacked, beginAtZero: true, ticks: { precision: 0 } }, y: { stacked, beginAtZero: true, ticks: { precision: 0 } } },
      },
    });
  }
})();
`;
