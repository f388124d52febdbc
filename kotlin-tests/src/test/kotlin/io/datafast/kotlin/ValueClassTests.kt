/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.kotlin

import io.datafast.Goal
import io.datafast.annotation.GoalMetadata
import io.datafast.annotation.TrackGoal
import io.datafast.annotation.VisitorId
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.springframework.boot.WebApplicationType
import org.springframework.stereotype.Service
import reactor.core.publisher.Mono
import java.util.Optional
import java.util.concurrent.CompletableFuture

/**
 * What expressions and metadata see of Kotlin's value classes: the value inside.
 */
class ValueClassTests {

	@Test
	fun `the result is unboxed whether or not the function suspends`() = withShop { shop, goals ->
		shop.plain(VISITOR)
		shop.plainNullable(VISITOR)
		shop.plainCount(VISITOR)
		shop.generic(VISITOR).value
		runBlocking {
			shop.suspending(VISITOR)
			shop.suspendingAtOnce(VISITOR)
			shop.suspendingNullable(VISITOR)
			shop.suspendingCount(VISITOR)
		}
		shop.future(VISITOR).join()
		shop.mono(VISITOR).block()
		assertThat(goals.associate { it.name() to it.metadata() }).isEqualTo(
			mapOf(
				"plain" to mapOf("result" to "pro"),
				"plain_nullable" to mapOf("result" to "pro"),
				"plain_count" to mapOf("result" to "3"),
				"generic" to mapOf("result" to "pro"),
				"suspending" to mapOf("result" to "pro"),
				"at_once" to mapOf("result" to "pro"),
				"suspending_nullable" to mapOf("result" to "pro"),
				"suspending_count" to mapOf("result" to "3"),
				"future" to mapOf("result" to "pro"),
				"mono" to mapOf("result" to "pro")
			)
		)
	}

	@Test
	fun `a successful Result gives its value whether or not the function suspends`() = withShop { shop, goals ->
		shop.outcome(VISITOR)
		runBlocking { shop.suspendingOutcome(VISITOR) }
		assertThat(goals.map { it.metadata() }).containsOnly(mapOf("result" to "pro")).hasSize(2)
	}

	@Test
	fun `arguments are unboxed whether or not the function suspends`() = withShop { shop, goals ->
		val expected = mapOf("plan" to "pro", "nullable" to "basic", "count" to "3", "length" to "3", "first" to "pro")
		shop.arguments(VISITOR, Plan("pro"), Plan("basic"), Count(3), listOf(Plan("pro")))
		runBlocking { shop.suspendingArguments(VISITOR, Plan("pro"), Plan("basic"), Count(3), listOf(Plan("pro"))) }
		runBlocking { shop.flow(VISITOR, Plan("pro"), Plan("basic"), Count(3), listOf(Plan("pro"))).toList() }
		assertThat(goals.map { it.name() }).containsExactly("arguments", "suspending_arguments", "flow")
		assertThat(goals.map { it.metadata() }).containsOnly(expected)
	}

	@Test
	fun `an absent argument leaves its entry out`() = withShop { shop, goals ->
		shop.arguments(VISITOR, Plan("pro"), null, Count(3), listOf(Plan("pro")))
		runBlocking { shop.suspendingArguments(VISITOR, Plan("pro"), null, Count(3), listOf(Plan("pro"))) }
		assertThat(goals.map { it.metadata() })
			.containsOnly(mapOf("plan" to "pro", "count" to "3", "length" to "3", "first" to "pro"))
			.hasSize(2)
	}

	@Test
	fun `properties of data classes are read by their names and unboxed`() = withShop { shop, goals ->
		val order = Order(Plan("pro"), Plan("basic"), Count(3), Line(Plan("free")))
		shop.nested(VISITOR, order)
		runBlocking { shop.suspendingNested(VISITOR, order) }
		assertThat(goals.map { it.metadata() })
			.containsOnly(
				mapOf("plan" to "pro", "nullable" to "basic", "count" to "3", "line" to "free", "result" to "pro", "length" to "3")
			)
			.hasSize(2)
	}

	@Test
	fun `the visitor may be in a value class`() = withShop { shop, goals ->
		shop.visitor(Visitor(VISITOR))
		runBlocking { shop.suspendingVisitor(Visitor(VISITOR)) }
		shop.optionalVisitor(Optional.of(Visitor(VISITOR)))
		assertThat(goals).containsExactly(
			Goal.of("visitor").forVisitor(VISITOR),
			Goal.of("suspending_visitor").forVisitor(VISITOR),
			Goal.of("optional_visitor").forVisitor(VISITOR)
		)
	}

	@Test
	fun `conditions see the value`() = withShop { shop, goals ->
		for (count in listOf(1, 3)) {
			shop.condition(VISITOR, Count(count))
			runBlocking { shop.suspendingCondition(VISITOR, Count(count)) }
		}
		assertThat(goals.map { it.name() }).containsExactly("condition", "suspending_condition")
		goals.clear()
		shop.nullableCondition(VISITOR, Count(3))
		runBlocking { shop.suspendingNullableCondition(VISITOR, Count(3)) }
		assertThat(goals.map { it.name() }).containsExactly("nullable_condition", "suspending_nullable_condition")
	}

	private fun withShop(test: (Shop, MutableCollection<Goal>) -> Unit) = withApplication(WebApplicationType.NONE, Shop::class) { context, goals ->
		test(context.getBean(Shop::class.java), goals)
		assertThat(context.getBean(Outcomes::class.java).all).isEmpty()
	}

	@JvmInline
	value class Plan(val name: String)

	@JvmInline
	value class Count(val number: Int)

	@JvmInline
	value class Visitor(val id: String)

	data class Box<T>(val value: T)

	data class Line(val plan: Plan)

	data class Order(val plan: Plan, val nullable: Plan?, val count: Count, val line: Line)

	@Service
	class Shop {

		@TrackGoal(name = "plain", metadata = [GoalMetadata(key = "result", expression = "#result")])
		fun plain(@VisitorId visitorId: String): Plan = Plan("pro")

		@TrackGoal(name = "plain_nullable", metadata = [GoalMetadata(key = "result", expression = "#result")])
		fun plainNullable(@VisitorId visitorId: String): Plan? = Plan("pro")

		@TrackGoal(name = "plain_count", metadata = [GoalMetadata(key = "result", expression = "#result")])
		fun plainCount(@VisitorId visitorId: String): Count = Count(3)

		@TrackGoal(name = "generic", metadata = [GoalMetadata(key = "result", expression = "#result.value")])
		fun generic(@VisitorId visitorId: String): Box<Plan> = Box(Plan("pro"))

		@TrackGoal(name = "suspending", metadata = [GoalMetadata(key = "result", expression = "#result")])
		suspend fun suspending(@VisitorId visitorId: String): Plan {
			delay(1)
			return Plan("pro")
		}

		@TrackGoal(name = "at_once", metadata = [GoalMetadata(key = "result", expression = "#result")])
		suspend fun suspendingAtOnce(@VisitorId visitorId: String): Plan = Plan("pro")

		@TrackGoal(name = "suspending_nullable", metadata = [GoalMetadata(key = "result", expression = "#result")])
		suspend fun suspendingNullable(@VisitorId visitorId: String): Plan? {
			delay(1)
			return Plan("pro")
		}

		@TrackGoal(name = "suspending_count", metadata = [GoalMetadata(key = "result", expression = "#result")])
		suspend fun suspendingCount(@VisitorId visitorId: String): Count {
			delay(1)
			return Count(3)
		}

		@TrackGoal(name = "future", metadata = [GoalMetadata(key = "result", expression = "#result")])
		fun future(@VisitorId visitorId: String): CompletableFuture<Plan> = CompletableFuture.completedFuture(Plan("pro"))

		@TrackGoal(name = "mono", metadata = [GoalMetadata(key = "result", expression = "#result")])
		fun mono(@VisitorId visitorId: String): Mono<Plan> = Mono.just(Plan("pro"))

		@TrackGoal(name = "outcome", metadata = [GoalMetadata(key = "result", expression = "#result")])
		fun outcome(@VisitorId visitorId: String): Result<String> = Result.success("pro")

		@TrackGoal(name = "suspending_outcome", metadata = [GoalMetadata(key = "result", expression = "#result")])
		suspend fun suspendingOutcome(@VisitorId visitorId: String): Result<String> {
			delay(1)
			return Result.success("pro")
		}

		@TrackGoal(
			name = "arguments",
			metadata = [GoalMetadata(key = "length", expression = "#plan.length()"), GoalMetadata(key = "first", expression = "#plans[0]")]
		)
		fun arguments(
			@VisitorId visitorId: String, @GoalMetadata plan: Plan, @GoalMetadata nullable: Plan?, @GoalMetadata count: Count, plans: List<Plan>
		) = Unit

		@TrackGoal(
			name = "suspending_arguments",
			metadata = [GoalMetadata(key = "length", expression = "#plan.length()"), GoalMetadata(key = "first", expression = "#plans[0]")]
		)
		suspend fun suspendingArguments(
			@VisitorId visitorId: String, @GoalMetadata plan: Plan, @GoalMetadata nullable: Plan?, @GoalMetadata count: Count, plans: List<Plan>
		) = delay(1)

		@TrackGoal(
			name = "flow",
			metadata = [GoalMetadata(key = "length", expression = "#plan.length()"), GoalMetadata(key = "first", expression = "#plans[0]")]
		)
		fun flow(
			@VisitorId visitorId: String, @GoalMetadata plan: Plan, @GoalMetadata nullable: Plan?, @GoalMetadata count: Count, plans: List<Plan>
		): Flow<Plan> = flow {
			emit(plan)
			delay(1)
		}

		@TrackGoal(
			name = "nested",
			metadata = [
				GoalMetadata(key = "plan", expression = "#order.plan"),
				GoalMetadata(key = "nullable", expression = "#order.nullable"),
				GoalMetadata(key = "count", expression = "#order.count"),
				GoalMetadata(key = "line", expression = "#order.line.plan"),
				GoalMetadata(key = "result", expression = "#result.plan"),
				GoalMetadata(key = "length", expression = "#result.plan.length()")
			]
		)
		fun nested(@VisitorId visitorId: String, order: Order): Order = order

		@TrackGoal(
			name = "suspending_nested",
			metadata = [
				GoalMetadata(key = "plan", expression = "#order.plan"),
				GoalMetadata(key = "nullable", expression = "#order.nullable"),
				GoalMetadata(key = "count", expression = "#order.count"),
				GoalMetadata(key = "line", expression = "#order.line.plan"),
				GoalMetadata(key = "result", expression = "#result.plan"),
				GoalMetadata(key = "length", expression = "#result.plan.length()")
			]
		)
		suspend fun suspendingNested(@VisitorId visitorId: String, order: Order): Order {
			delay(1)
			return order
		}

		@TrackGoal(name = "visitor", visitorId = "#visitor")
		fun visitor(visitor: Visitor) = Unit

		@TrackGoal(name = "suspending_visitor", visitorId = "#visitor")
		suspend fun suspendingVisitor(visitor: Visitor) = delay(1)

		@TrackGoal(name = "optional_visitor", visitorId = "#visitor")
		fun optionalVisitor(visitor: Optional<Visitor>) = Unit

		@TrackGoal(name = "condition", condition = "#count > 2 && #result > 2")
		fun condition(@VisitorId visitorId: String, count: Count): Count = count

		@TrackGoal(name = "suspending_condition", condition = "#count > 2 && #result > 2")
		suspend fun suspendingCondition(@VisitorId visitorId: String, count: Count): Count {
			delay(1)
			return count
		}

		@TrackGoal(name = "nullable_condition", condition = "#count > 2 && #result > 2")
		fun nullableCondition(@VisitorId visitorId: String, count: Count?): Count? = count

		@TrackGoal(name = "suspending_nullable_condition", condition = "#count > 2 && #result > 2")
		suspend fun suspendingNullableCondition(@VisitorId visitorId: String, count: Count?): Count? {
			delay(1)
			return count
		}

	}

}
