// Draws the charts of a report from the data that stands in it. Without it the tables say the same.
(function () {
  'use strict';
  var colours = ['#3b7dd8', '#e08a3c', '#4aa564', '#b05cc6', '#d0524f', '#2aa5a5', '#8a7a3a', '#7a7f8c'];
  var ink = getComputedStyle(document.body).color;
  Chart.defaults.color = ink;
  Chart.defaults.borderColor = 'rgba(128,128,128,0.2)';
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  document.documentElement.classList.add('drawn');
  document.querySelectorAll('script[type="application/json"]').forEach(function (data) {
    var spec = JSON.parse(data.textContent), canvas = document.getElementById(data.getAttribute('data-of'));
    var lying = spec.lying, scales = {};
    scales[lying ? 'x' : 'y'] = {stacked: spec.stacked, beginAtZero: true, title: {display: true, text: spec.unit}};
    scales[lying ? 'y' : 'x'] = {stacked: spec.stacked, grid: {display: false}};
    if (lying) canvas.parentNode.style.height = 70 + spec.labels.length * (spec.stacked ? 26 : 22 * spec.series.length + 8) + 'px';
    new Chart(canvas, {
      type: 'bar',
      data: {
        labels: spec.labels,
        datasets: spec.series.map(function (one, i) {
          return {label: one.label, data: one.data, backgroundColor: colours[i % colours.length], maxBarThickness: 26};
        })
      },
      options: {indexAxis: lying ? 'y' : 'x', scales: scales, plugins: {legend: {display: spec.series.length > 1}}}
    });
  });
})();
