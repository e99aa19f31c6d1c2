import { Select, type SelectProps } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { campaignsQuery } from '@/api/queries';
import { choicesOf } from '@/components/filter_select';

/** Whose do-not-call list: a campaign's, or that of all. */
export function ForCampaign(input: SelectProps) {
  const campaigns = useQuery(campaignsQuery);
  return (
    <Select
      label="For"
      clearable
      clearButtonProps={{ 'aria-label': 'Every campaign' }}
      placeholder="Every campaign"
      {...input}
      data={choicesOf(campaigns.data)}
    />
  );
}
