"""Network: who brings whom?

Reads `referrals`, may_profile and last_order_day of the features, and lifetime_value; adds referred_by,
referral_depth, referred_directly, referred_in_all, is_advocate, referral_value, total_value and network_reason.

People are ranked by `total_value`, their own value and that of those they brought. A total of the business sums
`lifetime_value` only: in a sum of total values whoever was brought would count once more for each of those before him.
"""

from regulars.network._add import add
from regulars.network._advocates import top_advocates
from regulars.network._results import Advocate, NetworkSummary

__all__ = ["Advocate", "NetworkSummary", "add", "top_advocates"]
