import { Empty } from '@/components/async_state';
import { LinkButton } from '@/components/link_button';

export function NotFound() {
  return (
    <Empty
      title="There is no such page"
      hint="The address may be mistyped, or what it showed was deleted."
      action={
        <LinkButton to="/">
          Go to the start page
        </LinkButton>
      }
    />
  );
}
