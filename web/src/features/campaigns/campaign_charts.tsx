import type { EChartsCoreOption } from 'echarts/core';
import { useCallback } from 'react';
import { Chart, type TokenReader } from '@/components/chart';
import { serverNow } from '@/components/clock';
import type { Sample } from './campaign_series';

interface Line {
  name: string;
  token: string;
  value: (sample: Sample) => number;
  /** Lines differ by dash as well as by colour. */
  dash: 'solid' | 'dashed' | 'dotted';
}

const callers: Line[] = [
  { name: 'In progress', token: 'state-in-call', value: (sample) => sample.talking, dash: 'solid' },
  { name: 'Waiting', token: 'state-queued', value: (sample) => sample.callsWaiting, dash: 'dotted' },
  { name: 'Ringing', token: 'state-ringing', value: (sample) => sample.ringing, dash: 'dashed' },
];
const agents: Line[] = [
  { name: 'In call', token: 'state-in-call', value: (sample) => sample.agentsInCall, dash: 'solid' },
  { name: 'Waiting', token: 'state-waiting', value: (sample) => sample.agentsWaiting, dash: 'dashed' },
];

export function CallersChart({ samples }: { samples: readonly Sample[] }) {
  return <SeriesChart samples={samples} lines={callers} what="Callers" />;
}

export function AgentsChart({ samples }: { samples: readonly Sample[] }) {
  return <SeriesChart samples={samples} lines={agents} what="Agents" />;
}

const shownMs = 5 * 60_000;

function SeriesChart({ samples, lines, what }: { samples: readonly Sample[]; lines: Line[]; what: string }) {
  const option = useCallback(
    (token: TokenReader): EChartsCoreOption => ({
      grid: { left: 34, right: 12, top: 34, bottom: 24 },
      legend: { top: 0, left: 0, itemWidth: 22, textStyle: { color: token('ink-dim'), fontSize: 12 } },
      tooltip: {
        trigger: 'axis',
        backgroundColor: token('surface-raised'),
        borderColor: token('line-strong'),
        textStyle: { color: token('ink'), fontSize: 12 },
      },
      xAxis: {
        type: 'time',
        min: serverNow() - shownMs,
        max: serverNow(),
        axisLine: { lineStyle: { color: token('line-strong') } },
        axisLabel: { color: token('ink-dim'), fontSize: 11, hideOverlap: true, formatter: '{HH}:{mm}' },
        splitLine: { show: false },
      },
      yAxis: {
        type: 'value',
        minInterval: 1,
        min: 0,
        max: (range: { max: number }) => Math.max(4, range.max),
        axisLabel: { color: token('ink-dim'), fontSize: 11 },
        splitLine: { lineStyle: { color: token('line') } },
      },
      series: lines.map((line) => ({
        name: line.name,
        type: 'line',
        step: 'end',
        symbol: 'none',
        lineStyle: { width: 2, type: line.dash, color: token(line.token) },
        itemStyle: { color: token(line.token) },
        data: samples.map((sample) => [sample.at, line.value(sample)]),
      })),
    }),
    [samples, lines],
  );
  const last = samples.at(-1);
  const now = last ? lines.map((line) => `${line.name} ${line.value(last)}`).join(', ') : 'no figures yet';
  return <Chart option={option} description={`${what} over the last five minutes; now: ${now}`} height={200} />;
}
