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
import io.datafast.delivery.GoalOutcome.Skipped
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.newSingleThreadContext
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Tag
import org.junit.jupiter.api.Test
import org.springframework.boot.WebApplicationType
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration
import org.springframework.http.ResponseEntity
import org.springframework.stereotype.Service
import org.springframework.transaction.PlatformTransactionManager
import org.springframework.transaction.TransactionDefinition
import org.springframework.transaction.annotation.EnableTransactionManagement
import org.springframework.transaction.annotation.Transactional
import org.springframework.transaction.interceptor.TransactionAspectSupport
import org.springframework.transaction.support.AbstractPlatformTransactionManager
import org.springframework.transaction.support.DefaultTransactionStatus
import org.springframework.util.ClassUtils
import java.util.concurrent.BlockingQueue
import java.util.concurrent.CompletableFuture
import kotlin.concurrent.thread
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn
import kotlin.coroutines.resume

/**
 * Suspending functions in an application without kotlinx-coroutines-reactor, where Spring calls them as they are.
 */
@Tag("without-coroutines-reactor")
class CoroutinesWithoutReactorTests {

	@Test
	fun `is run without what the other tests have`() {
		assertThat(ClassUtils.isPresent("kotlinx.coroutines.reactor.MonoKt", null)).isFalse()
		assertThat(ClassUtils.isPresent("reactor.core.publisher.Mono", null)).isTrue()
	}

	@Test
	fun `tracks a function that is suspended when it has its result`() = withShop { shop, goals ->
		val release = CompletableDeferred<Unit>()
		runBlocking {
			val job = launch(Dispatchers.Unconfined) { assertThat(shop.suspending(VISITOR, "plan", release)).isEqualTo("value of plan") }
			assertThat(goals).isEmpty()
			release.complete(Unit)
			job.join()
		}
		assertThat(goals).containsExactly(
			Goal.of("suspending").forVisitor(VISITOR).with("plan", "plan").with("result", "value of plan")
		)
	}

	@Test
	fun `tracks a function that is not suspended`() = withShop { shop, goals ->
		val released = CompletableDeferred(Unit)
		assertThat(runBlocking { shop.suspending(VISITOR, "plan", released) }).isEqualTo("value of plan")
		assertThat(goals.map { it.metadata()["result"] }).containsExactly("value of plan")
	}

	@Test
	fun `tracks a function without a value`() = withShop { shop, goals ->
		runBlocking {
			shop.unit(VISITOR, false)
			shop.unit(VISITOR, true)
			assertThat(shop.empty(VISITOR, false)).isNull()
			assertThat(shop.empty(VISITOR, true)).isNull()
		}
		assertThat(goals).containsExactly(
			Goal.of("unit").forVisitor(VISITOR), Goal.of("unit").forVisitor(VISITOR),
			Goal.of("empty").forVisitor(VISITOR), Goal.of("empty").forVisitor(VISITOR)
		)
	}

	@Test
	fun `tracks nothing when a function fails or is cancelled`() = withShop { shop, goals ->
		for (suspended in listOf(false, true)) {
			assertThatThrownBy { runBlocking { shop.failing(VISITOR, suspended) } }
				.isInstanceOf(IllegalStateException::class.java)
				.hasMessage("on purpose")
		}
		runBlocking {
			val job = launch(Dispatchers.Unconfined) { shop.suspending(VISITOR, "plan", CompletableDeferred()) }
			job.cancelAndJoin()
			assertThat(job.isCancelled).isTrue()
		}
		assertThat(goals).isEmpty()
	}

	@Test
	fun `heeds the status inside`() = withShop { shop, goals ->
		assertThat(runBlocking { shop.response(VISITOR, 422) }.statusCode.value()).isEqualTo(422)
		assertThat(goals).isEmpty()
		assertThat(runBlocking { shop.response(VISITOR, 200) }.statusCode.value()).isEqualTo(200)
		assertThat(goals).hasSize(1)
	}

	@Test
	fun `goes on in the caller's context`() = withShop { shop, goals ->
		newSingleThreadContext("caller").use { caller ->
			runBlocking(caller) {
				shop.elsewhere(VISITOR)
				assertThat(Thread.currentThread().name).startsWith("caller")
			}
		}
		assertThat(goals).hasSize(1)
	}

	@Test
	fun `tracks what a function returns when that has its result`() = withShop { shop, goals ->
		val future = CompletableFuture<String>()
		runBlocking {
			assertThat(shop.future(VISITOR, future)).isSameAs(future)
			assertThat(goals).isEmpty()
			future.complete("value")
			assertThat(goals).hasSize(1)
			val flow = shop.flow(VISITOR)
			assertThat(goals).hasSize(1)
			assertThat(flow.toList()).containsExactly("a", "b")
			assertThat(goals).hasSize(2)
		}
	}

	@Test
	fun `returns what the function declares where that cannot be observed`() {
		withApplication(WebApplicationType.NONE, Shop::class) { context, goals ->
			val state = MutableStateFlow("state")
			assertThat(runBlocking { context.getBean(Shop::class.java).state(VISITOR, state) }).isSameAs(state)
			assertThat(goals).isEmpty()
			assertThat(context.getBean(Outcomes::class.java).all).hasSize(1)
		}
	}

	@Test
	fun `follows the transaction of a function that is resumed before it has returned`() {
		withApplication(WebApplicationType.NONE, Shop::class, Transactions::class) { context, goals ->
			runBlocking { context.getBean(Shop::class.java).rolledBack(VISITOR) }
			assertThat(goals).isEmpty()
			assertThat(context.getBean(Outcomes::class.java).all).containsExactly(Skipped(Skipped.Reason.ROLLED_BACK))
		}
	}

	private fun withShop(test: (Shop, BlockingQueue<Goal>) -> Unit) =
		withApplication(WebApplicationType.NONE, Shop::class) { context, goals ->
			test(context.getBean(Shop::class.java), goals)
			assertThat(context.getBean(Outcomes::class.java).all).isEmpty()
		}

	@Service
	class Shop {

		@TrackGoal(name = "suspending", metadata = [GoalMetadata(key = "result", expression = "#result")])
		suspend fun suspending(@VisitorId visitorId: String, @GoalMetadata plan: String, release: CompletableDeferred<Unit>): String {
			release.await()
			return "value of $plan"
		}

		@TrackGoal(name = "unit", metadata = [GoalMetadata(key = "result", expression = "#result")])
		suspend fun unit(@VisitorId visitorId: String, suspended: Boolean) {
			suspendIf(suspended)
		}

		@TrackGoal(name = "empty", metadata = [GoalMetadata(key = "result", expression = "#result")])
		suspend fun empty(@VisitorId visitorId: String, suspended: Boolean): String? {
			suspendIf(suspended)
			return null
		}

		@TrackGoal("failing")
		suspend fun failing(@VisitorId visitorId: String, suspended: Boolean): String {
			suspendIf(suspended)
			throw IllegalStateException("on purpose")
		}

		@TrackGoal("response")
		suspend fun response(@VisitorId visitorId: String, status: Int): ResponseEntity<String> {
			suspendIf(true)
			return ResponseEntity.status(status).body("value")
		}

		@TrackGoal("elsewhere")
		suspend fun elsewhere(@VisitorId visitorId: String): String = withContext(Dispatchers.Default) { "value" }

		@TrackGoal("future")
		suspend fun future(@VisitorId visitorId: String, result: CompletableFuture<String>): CompletableFuture<String> {
			suspendIf(true)
			return result
		}

		@TrackGoal("flow")
		suspend fun flow(@VisitorId visitorId: String): Flow<String> {
			suspendIf(true)
			return flow {
				emit("a")
				delay(1)
				emit("b")
			}
		}

		@Transactional
		@TrackGoal("rolled-back")
		suspend fun rolledBack(@VisitorId visitorId: String): String {
			TransactionAspectSupport.currentTransactionStatus().setRollbackOnly()
			return suspendCoroutineUninterceptedOrReturn { continuation ->
				thread { continuation.resume("value") }.join()
				COROUTINE_SUSPENDED
			}
		}

		@TrackGoal("state")
		suspend fun state(@VisitorId visitorId: String, result: StateFlow<String>): StateFlow<String> {
			suspendIf(true)
			return result
		}

		private suspend fun suspendIf(suspended: Boolean) {
			if (suspended) {
				delay(1)
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	class Transactions {

		@Bean
		fun transactionManager(): PlatformTransactionManager = object : AbstractPlatformTransactionManager() {

			override fun doGetTransaction(): Any = Any()

			override fun doBegin(transaction: Any, definition: TransactionDefinition) {
			}

			override fun doCommit(status: DefaultTransactionStatus) {
			}

			override fun doRollback(status: DefaultTransactionStatus) {
			}

		}

	}

}
