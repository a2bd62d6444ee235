"""Asks what a marketplace says of the sizes that are in stock."""

from __future__ import annotations

from soleflip_desktop.connectors.base import AnswerLostError, NotThereError, RefusedError
from soleflip_desktop.domain.marketplace import Capability
from soleflip_desktop.domain.sync import Cursor
from soleflip_desktop.sync.job import Job, PricedProduct
from soleflip_desktop.sync.jobs.passes import Patience

#: Products a run: two requests each, so that prices do not use up the day of the orders.
MOST_PRODUCTS = 200


async def run(job: Job) -> None:
    """The products that were not asked for longest; all of them in a full run."""
    if Capability.MARKET_DATA not in job.api.capabilities:
        return
    patience = Patience()
    products = await job.store.products_to_price(job.account, MOST_PRODUCTS, all=job.full)
    for product in products:
        job.tell(f"Asking prices of {product.name}", len(products))
        try:
            await _price(job, product)
        except NotThereError:
            continue
        except (RefusedError, AnswerLostError) as error:
            patience.lose(error)
        else:
            patience.find()
    finished = await job.runs.now()
    await job.runs.save_cursor(job.account.id, job.kind, Cursor(succeeded_at=finished))


async def _price(job: Job, product: PricedProduct) -> None:
    """Raises NotThereError for a product that the platform does not know any more."""
    product_id = product.external_id or await _find(job, product)
    if product_id is None:
        return
    if product.external_id is None:
        variants = await job.api.variants(product_id)
        await job.store.remember_variants(job.account, product.product_id, variants)
    prices = await job.api.prices(product_id)
    job.counts.add(await job.store.take_prices(job.account, prices))


async def _find(job: Job, product: PricedProduct) -> str | None:
    """The platform's id of a product, by the style code on its box and nothing less exact."""
    wanted = normal_style(product.style_code)
    if not wanted or Capability.SEARCH not in job.api.capabilities:
        return None
    hits = await job.api.search(product.style_code or "")
    return next((hit.id for hit in hits if normal_style(hit.style_code) == wanted), None)


def normal_style(style_code: str | None) -> str:
    """A style code without the signs that platforms write differently: AC1234-100, ac1234 100."""
    return "".join(char for char in (style_code or "").casefold() if char.isalnum())
