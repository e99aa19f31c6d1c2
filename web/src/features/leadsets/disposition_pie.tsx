import type { EChartsCoreOption } from 'echarts/core';
import { useCallback } from 'react';
import { Chart, type TokenReader } from '@/components/chart';
import { formatCount, formatPercent } from '@/components/format';

const tokens = ['state-in-call', 'state-waiting', 'state-ringing', 'state-on-hold', 'state-queued', 'state-preview', 'state-wrap-up', 'state-dialing', 'state-failed', 'state-paused'];

interface Props {
  counts: { name: string; calls: number }[];
}

/** Each slice has its name and number beside it: colour alone says nothing. */
export function DispositionPie({ counts }: Props) {
  const total = counts.reduce((sum, { calls }) => sum + calls, 0);
  const option = useCallback(
    (token: TokenReader): EChartsCoreOption => ({
      tooltip: { trigger: 'item', backgroundColor: token('surface-raised'), borderColor: token('line-strong'), textStyle: { color: token('ink'), fontSize: 12 } },
      series: [
        {
          type: 'pie',
          radius: ['42%', '68%'],
          label: { color: token('ink'), fontSize: 12, formatter: ({ name, value }: { name: string; value: number }) => `${name} ${formatCount(value)}` },
          labelLine: { lineStyle: { color: token('line-strong') } },
          itemStyle: { borderColor: token('surface'), borderWidth: 2 },
          data: counts.map(({ name, calls }, index) => ({ name, value: calls, itemStyle: { color: token(tokens[index % tokens.length] ?? '') } })),
        },
      ],
    }),
    [counts],
  );
  const description = counts.map(({ name, calls }) => `${name} ${formatCount(calls)} (${formatPercent(calls, total)})`).join(', ');
  return <Chart option={option} description={`Dispositions of ${formatCount(total)} calls: ${description}`} height={280} />;
}
