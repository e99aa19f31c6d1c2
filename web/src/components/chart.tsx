import { useComputedColorScheme } from '@mantine/core';
import { BarChart, LineChart, PieChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use as registerParts, type EChartsCoreOption, type EChartsType } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

registerParts([LineChart, BarChart, PieChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, LabelLayout, SVGRenderer]);

/** Reads a token's present value: ECharts draws with colours, not with CSS variables. */
export type TokenReader = (name: string) => string;

interface Props {
  /** Builds the option; called again when `deps` or the colour scheme change. */
  option: (token: TokenReader) => EChartsCoreOption;
  /** In one sentence, for people who do not see the chart. */
  description: string;
  height?: number;
}

export function Chart({ option, description, height = 220 }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const scheme = useComputedColorScheme('light');

  useEffect(() => {
    if (!box.current) return;
    const made = init(box.current, null, { renderer: 'svg' });
    chart.current = made;
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    const styles = getComputedStyle(document.documentElement);
    const token: TokenReader = (name) => styles.getPropertyValue(`--${name}`).trim();
    chart.current?.setOption({
      animation: false,
      textStyle: { fontFamily: 'Inter Variable, system-ui, sans-serif', color: token('ink-dim') },
      ...option(token),
    });
  }, [option, scheme]);

  return <div ref={box} role="img" aria-label={description} style={{ height, width: '100%' }} />;
}
