// What LeetCode's judge has ready, and statements and tests use without defining it: linked lists and binary trees.

/**
 * Python definitions of ListNode and TreeNode, and of the functions by which the tests of the published LeetCode sets
 * build and compare them: list_node, tree_node (level by level, None where a child is missing), is_same_list,
 * is_same_tree, list_to_values and tree_to_values.
 */
export const LEETCODE = `class ListNode:
    def __init__(self, val=0, next=None):
        self.val = val
        self.next = next


class TreeNode:
    def __init__(self, val=0, left=None, right=None):
        self.val = val
        self.left = left
        self.right = right


def list_node(values):
    head = None
    for value in reversed(values or []):
        head = ListNode(value, head)
    return head


def tree_node(values):
    if not values or values[0] is None:
        return None
    root = TreeNode(values[0])
    waiting, at = [root], 1
    for node in waiting:
        for side in ("left", "right"):
            if at < len(values):
                if values[at] is not None:
                    child = TreeNode(values[at])
                    setattr(node, side, child)
                    waiting.append(child)
                at += 1
    return root


def is_same_list(a, b):
    seen = 0
    while a is not None and b is not None:
        seen += 1
        if a.val != b.val or seen > 10**6:
            return False
        a, b = a.next, b.next
    return a is None and b is None


def is_same_tree(a, b):
    waiting, seen = [(a, b)], 0
    while waiting:
        a, b = waiting.pop()
        if a is None and b is None:
            continue
        seen += 1
        if a is None or b is None or a.val != b.val or seen > 10**6:
            return False
        waiting += [(a.left, b.left), (a.right, b.right)]
    return True


def list_to_values(node):
    values = []
    while node is not None and len(values) < 10**6:
        values.append(node.val)
        node = node.next
    return values


def tree_to_values(root):
    values, waiting = [], [root]
    for node in waiting:
        values.append(None if node is None else node.val)
        if node is not None and len(waiting) < 10**6:
            waiting += [node.left, node.right]
    while values and values[-1] is None:
        values.pop()
    return values`

/** Whether a test builds or compares lists or trees that it does not define. */
export const needsLeetCode = (text: string): boolean =>
  /\b(?:ListNode|TreeNode|list_node|tree_node|is_same_list|is_same_tree)\b/.test(text) &&
  !/^\s*(?:class (?:ListNode|TreeNode)|def (?:list_node|tree_node))\b/m.test(text)
