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

package io.datafast.interceptor;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.GoalFilter;
import io.datafast.GoalReceipt;
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalDeliveryListener;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.support.AopUtils;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.annotation.AliasFor;
import org.springframework.http.HttpEntity;
import org.springframework.http.ResponseEntity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.entry;

/**
 * What {@link TrackGoal} tracks, seen by a dispatcher in place of DataFast.
 */
@ExtendWith(OutputCaptureExtension.class)
class TrackGoalTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	private final ApplicationContextRunner runner = DataFastContextRunners.plain()
		.withPropertyValues("datafast.api-key=df_key", "goals.prefix=shop", "spring.aop.auto=false")
		.withBean(GoalDispatcher.class, () -> this.dispatched::add)
		.withBean("prices", Prices.class);

	@Test
	void tracksWhenTheMethodCompletes() {
		with(Shop.class, (shop) -> {
			assertThat(shop.subscribe(VISITOR, "footer")).isEqualTo("subscribed");
			assertThat(this.dispatched)
				.containsExactly(Goal.of("newsletter_signup").forVisitor(VISITOR).with("source", "footer"));
		});
	}

	@Test
	void evaluatesExpressions() {
		with(Shop.class, (shop) -> {
			shop.checkout(new Order("pro", 2), VISITOR);
			assertThat(this.dispatched).containsExactly(Goal.of("checkout:completed")
				.forVisitor(VISITOR)
				.with("plan", "pro")
				.with("total", 20)
				.with("by-index", "pro")
				.with("by-p", 2)
				.with("bean", 10)
				.with("method", "checkout")
				.with("constant", "web"));
		});
	}

	@Test
	void tracksNothingWhenTheConditionIsFalse() {
		with(Shop.class, (shop) -> {
			shop.checkout(new Order("pro", 0), VISITOR);
			assertThat(this.dispatched).isEmpty();
		});
	}

	@Test
	void tracksNothingWhenTheMethodFails() {
		with(Shop.class, (shop) -> {
			assertThatIllegalStateException().isThrownBy(() -> shop.fail(VISITOR)).withMessage("on purpose");
			assertThat(this.dispatched).isEmpty();
		});
	}

	@Test
	void tracksSeveralGoalsOfOneMethod() {
		with(Shop.class, (shop) -> {
			shop.several(VISITOR);
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("first", "second");
		});
	}

	@Test
	void resolvesPlaceholders() {
		with(Shop.class, (shop) -> {
			shop.placeholder(VISITOR);
			assertThat(this.dispatched)
				.containsExactly(Goal.of("shop:signup").forVisitor(VISITOR).with("shop_key", "x"));
		});
	}

	@Test
	void respectsTheStatusOfAResponse() {
		with(Shop.class, (shop) -> {
			shop.respond(VISITOR, 200);
			shop.respond(VISITOR, 302);
			shop.respond(VISITOR, 399);
			assertThat(this.dispatched).hasSize(3);
			shop.respond(VISITOR, 400);
			shop.respond(VISITOR, 404);
			shop.respond(VISITOR, 500);
			assertThat(this.dispatched).hasSize(3);
			assertThat(shop.entity(VISITOR).getBody()).isEqualTo("body");
			assertThat(this.dispatched).hasSize(4);
		});
	}

	@Test
	void anExpressionForTheVisitorDecidesAlone() {
		with(Shop.class, (shop) -> {
			shop.visitors("argument", "expression");
			shop.visitors("argument", null);
			shop.visitors("argument", "mal formed");
			assertThat(this.dispatched).extracting(Goal::visitorId).containsExactly("expression");
		});
	}

	@Test
	void takesVisitorFromOptionalArgument() {
		with(Shop.class, (shop) -> {
			shop.optionalVisitor(Optional.of(VISITOR));
			assertThat(this.dispatched).extracting(Goal::visitorId).containsExactly(VISITOR);
			shop.optionalVisitor(Optional.empty());
			assertThat(this.dispatched).hasSize(1);
		});
	}

	@Test
	void skipsQuietlyWithoutVisitor(CapturedOutput output) {
		this.runner.withBean(Shop.class).run((context) -> {
			context.getBean(Shop.class).subscribe(null, "footer");
			assertThat(outcomes(context)).containsExactly(new Skipped(Skipped.Reason.NO_VISITOR));
			assertThat(output).doesNotContain("WARN").doesNotContain("ERROR");
		});
	}

	@Test
	void leavesNullOutAndUnwrapsOptional() {
		with(Shop.class, (shop) -> {
			shop.metadata(VISITOR, null, Optional.of("x"), Optional.empty(), new Order("pro", 1));
			assertThat(this.dispatched).extracting(Goal::metadata)
				.containsExactly(Map.of("optional", "x", "plan", "pro"));
			this.dispatched.clear();
			shop.metadata(VISITOR, "v", null, null, null);
			assertThat(this.dispatched).extracting(Goal::metadata).containsExactly(Map.of("value", "v"));
		});
	}

	@Test
	void findsComposedAnnotationWithAliases() {
		with(Shop.class, (shop) -> {
			shop.composed(VISITOR);
			assertThat(this.dispatched).containsExactly(Goal.of("composed").forVisitor(VISITOR).with("team", "growth"));
		});
	}

	@Test
	void findsAnnotationsOfInterfacesAndTheirParameters() {
		with(RegistrationService.class, (registrations) -> {
			registrations.register(VISITOR, "mail");
			assertThat(this.dispatched)
				.containsExactly(Goal.of("registered").forVisitor(VISITOR).with("channel", "mail"));
		});
	}

	@Test
	void findsAnnotationsThroughGenericsAndBridgeMethods() {
		with(StringHandler.class, (handler) -> {
			GenericHandler<String> generic = handler;
			generic.handle("payload");
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("handled");
			assertThat(this.dispatched).extracting(Goal::metadata).containsExactly(Map.of("payload", "payload"));
		});
	}

	@Test
	void findsInheritedAnnotationsAndLetsOverridesReplaceThem() {
		with(SpecialShop.class, (shop) -> {
			shop.inherited(VISITOR);
			shop.overridden(VISITOR);
			shop.replaced(VISITOR);
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("inherited", "overridden", "special");
		});
	}

	@Test
	void keepsBeansInjectableByTheirClass() {
		this.runner.withBean(RegistrationService.class).run((context) -> {
			assertThat(AopUtils.isCglibProxy(context.getBean(RegistrationService.class))).isTrue();
			assertThat(context).hasSingleBean(Registrations.class);
		});
	}

	@Test
	void proxiesNoBeanWithoutAnnotation() {
		this.runner.withBean(Prices.class)
			.run((context) -> assertThat(AopUtils.isAopProxy(context.getBean("prices"))).isFalse());
	}

	@Test
	void advisesFinalClassesThroughTheirInterfaces() {
		this.runner.withBean("final", FinalRegistrations.class).run((context) -> {
			context.getBean(Registrations.class).register(VISITOR, "mail");
			assertThat(this.dispatched).hasSize(1);
		});
	}

	@Test
	void findsAnnotationsOfTheProxiesOfInterfaces() {
		Client proxied = (Client) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Client.class },
				(proxy, method, arguments) -> method.getName().equals("hashCode") ? 1 : null);
		Client lambda = (visitor, plan) -> {
		};
		for (Client client : List.of(proxied, lambda)) {
			this.runner.withBean("client", Client.class, () -> client).run((context) -> {
				context.getBean(Client.class).send(VISITOR, "pro");
				assertThat(this.dispatched)
					.containsExactly(Goal.of("sent").forVisitor(VISITOR).with("plan", "pro").with("same", "pro"));
				this.dispatched.clear();
			});
		}
	}

	@Test
	void findsAnnotationsOfInterfacesWhoseMethodIsInherited() {
		with(InheritingRegistrations.class, (registrations) -> {
			registrations.register(VISITOR, "mail");
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("registered");
		});
	}

	@Test
	void evaluatesExpressionsOfOptionalArguments() {
		with(Shop.class, (shop) -> {
			shop.optionalOrder(VISITOR, Optional.of(new Order("pro", 1)));
			shop.optionalOrder(VISITOR, Optional.empty());
			assertThat(this.dispatched).extracting(Goal::metadata).containsExactly(Map.of("plan", "pro"), Map.of());
		});
	}

	@Test
	void filtersListenersAndDispatchersMayNeedDataFastGoals() {
		this.runner.withBean(Shop.class).withBean(NeedyListener.class).withBean(NeedyFilter.class).run((context) -> {
			context.getBean(Shop.class).subscribe(VISITOR, "x");
			assertThat(this.dispatched).hasSize(1);
		});
		DataFastContextRunners.plain()
			.withPropertyValues("datafast.api-key=df_key", "goals.prefix=shop")
			.withBean(Shop.class)
			.withBean(NeedyDispatcher.class)
			.run((context) -> {
				context.getBean(Shop.class).subscribe(VISITOR, "x");
				assertThat(context.getBean(NeedyDispatcher.class).dispatched).hasSize(1);
			});
	}

	@Test
	void aFailingMetadataExpressionCostsTheEntryAlone(CapturedOutput output) {
		this.runner.withBean(Shop.class).run((context) -> {
			Shop shop = context.getBean(Shop.class);
			assertThat(shop.badExpressions(VISITOR, new Order(null, 1))).isEqualTo("done");
			assertThat(this.dispatched).singleElement()
				.satisfies((goal) -> assertThat(goal.metadata()).containsExactly(entry("seats", "1")));
			assertThat(output).containsOnlyOnce("WARN")
				.contains("@TrackGoal(\"bad\")")
				.contains("left metadata entry \"length\" out")
				.contains("Shop.badExpressions")
				.contains("#order.plan.length()")
				.contains("METHOD_CALL_ON_NULL_OBJECT_NOT_ALLOWED");
			shop.badExpressions(VISITOR, new Order(null, 1));
			assertThat(this.dispatched).hasSize(2);
			assertThat(outcomes(context)).isEmpty();
			assertThat(output).containsOnlyOnce("WARN");
		});
	}

	@Test
	void aFailingExpressionsLogQuotesNoData(CapturedOutput output) {
		this.runner.withBean(Shop.class).run((context) -> {
			context.getBean(Shop.class).failingGetter(VISITOR, new Secretive("jane@example.com"));
			context.getBean(Shop.class).failingConversion(VISITOR, "jane@example.com");
			assertThat(this.dispatched).hasSize(2).allMatch((goal) -> goal.metadata().isEmpty());
			assertThat(output).contains("IllegalArgumentException at").doesNotContain("jane@example.com");
		});
	}

	@Test
	void aFailingConditionIsCountedAndDoesNotReachTheCaller() {
		this.runner.withBean(Shop.class).run((context) -> {
			context.getBean(Shop.class).badCondition(VISITOR, null);
			assertThat(outcomes(context)).containsExactly(new Dropped(Dropped.Reason.FAILED, null));
		});
	}

	@Test
	void aFailingFilterOrDispatcherDoesNotReachTheCaller() {
		this.runner.withBean(Shop.class).withBean(GoalFilter.class, () -> (goal) -> {
			throw new IllegalStateException("on purpose");
		}).run((context) -> {
			assertThat(context.getBean(Shop.class).subscribe(VISITOR, "x")).isEqualTo("subscribed");
			assertThat(outcomes(context)).containsExactly(new Dropped(Dropped.Reason.FAILED, null));
		});
		DataFastContextRunners.plain()
			.withPropertyValues("datafast.api-key=df_key", "goals.prefix=shop")
			.withBean(Shop.class)
			.withBean(GoalDispatcher.class, () -> (goal) -> {
				throw new NoClassDefFoundError("on purpose");
			})
			.run((context) -> {
				assertThat(context.getBean(Shop.class).subscribe(VISITOR, "x")).isEqualTo("subscribed");
				assertThat(outcomes(context)).containsExactly(new Dropped(Dropped.Reason.FAILED, null));
			});
	}

	@Test
	void usesTheApplicationsOwnDataFastGoals() {
		List<String> tracked = new ArrayList<>();
		this.runner.withBean(Shop.class).withBean(DataFastGoals.class, () -> new DataFastGoals() {

			@Override
			public void track(Goal goal) {
				tracked.add(goal.name());
			}

			@Override
			public GoalReceipt create(Goal goal) {
				throw new UnsupportedOperationException();
			}

		}).run((context) -> {
			context.getBean(Shop.class).subscribe(VISITOR, "x");
			assertThat(tracked).containsExactly("newsletter_signup");
		});
	}

	@Test
	void worksForPrototypesAndLazyInitialization() {
		this.runner.withBean(Shop.class, Shop::new, (definition) -> definition.setScope("prototype"))
			.withPropertyValues("spring.main.lazy-initialization=true")
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				context.getBean(Shop.class).subscribe(VISITOR, "1");
				context.getBean(Shop.class).subscribe(VISITOR, "2");
				assertThat(this.dispatched).hasSize(2);
			});
	}

	@Test
	void passesCheckedExceptionsAndErrorsThrough() {
		with(Shop.class, (shop) -> {
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> shop.failChecked(VISITOR));
			assertThatExceptionOfType(StackOverflowError.class).isThrownBy(() -> shop.failWithError(VISITOR));
		});
	}

	private <T> void with(Class<T> type, Consumer<T> test) {
		this.runner.withBean(type).run((context) -> test.accept(context.getBean(type)));
	}

	private static List<GoalOutcome> outcomes(AssertableApplicationContext context) {
		return context.getBean(RecordedOutcomes.class).outcomes();
	}

	record Order(String plan, int seats) {

		public String getPlan() {
			return this.plan;
		}

	}

	record Receipt(int total) {

		public boolean paid() {
			return this.total > 0;
		}

	}

	public static class Prices {

		public int seat() {
			return 10;
		}

	}

	public static class Secretive {

		private final String secret;

		Secretive(String secret) {
			this.secret = secret;
		}

		public String getValue() {
			throw new IllegalArgumentException(this.secret);
		}

	}

	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@TrackGoal(metadata = @GoalMetadata(key = "team", expression = "'growth'"))
	@interface GrowthGoal {

		@AliasFor(annotation = TrackGoal.class, attribute = "name")
		String value();

	}

	static class Shop {

		@TrackGoal("newsletter_signup")
		String subscribe(@VisitorId String visitor, @GoalMetadata("source") String source) {
			return "subscribed";
		}

		@TrackGoal(name = "checkout:completed", condition = "#result.paid()",
				metadata = { @GoalMetadata(key = "plan", expression = "#order.plan"),
						@GoalMetadata(key = "total", expression = "#result.total()"),
						@GoalMetadata(key = "by-index", expression = "#a0.plan"),
						@GoalMetadata(key = "by-p", expression = "#p0.seats()"),
						@GoalMetadata(key = "bean", expression = "@prices.seat()"),
						@GoalMetadata(key = "method", expression = "method.name"),
						@GoalMetadata(key = "constant", expression = "'web'") },
				visitorId = "#visitor")
		Receipt checkout(Order order, String visitor) {
			return new Receipt(order.seats() * 10);
		}

		@TrackGoal("never")
		void fail(@VisitorId String visitor) {
			throw new IllegalStateException("on purpose");
		}

		@TrackGoal("never")
		void failChecked(@VisitorId String visitor) throws IOException {
			throw new IOException("on purpose");
		}

		@TrackGoal("never")
		void failWithError(@VisitorId String visitor) {
			throw new StackOverflowError("on purpose");
		}

		@TrackGoal("first")
		@TrackGoal("second")
		void several(@VisitorId String visitor) {
		}

		@TrackGoal(name = "${goals.prefix}:${goals.suffix:signup}",
				metadata = @GoalMetadata(key = "${goals.prefix}_key", expression = "'x'"))
		void placeholder(@VisitorId String visitor) {
		}

		@TrackGoal("responded")
		ResponseEntity<String> respond(@VisitorId String visitor, int status) {
			return ResponseEntity.status(status).body("body");
		}

		@TrackGoal("responded")
		HttpEntity<String> entity(@VisitorId String visitor) {
			return new HttpEntity<>("body");
		}

		@TrackGoal(name = "visited", visitorId = "#explicit")
		void visitors(@VisitorId String visitor, String explicit) {
		}

		@TrackGoal("visited")
		void optionalVisitor(@VisitorId Optional<String> visitor) {
		}

		@TrackGoal("metadata")
		void metadata(@VisitorId String visitor, @GoalMetadata String value, @GoalMetadata Optional<String> optional,
				@GoalMetadata("empty") Optional<String> empty,
				@GoalMetadata(key = "plan", expression = "plan") Order order) {
		}

		@TrackGoal("optional")
		void optionalOrder(@VisitorId String visitor,
				@GoalMetadata(key = "plan", expression = "plan") Optional<Order> order) {
		}

		@GrowthGoal("composed")
		void composed(@VisitorId String visitor) {
		}

		@TrackGoal(name = "bad", metadata = { @GoalMetadata(key = "length", expression = "#order.plan.length()"),
				@GoalMetadata(key = "seats", expression = "#order.seats") })
		String badExpressions(@VisitorId String visitor, Order order) {
			return "done";
		}

		@TrackGoal(name = "bad", metadata = @GoalMetadata(key = "value", expression = "#secretive.value"))
		void failingGetter(@VisitorId String visitor, Secretive secretive) {
		}

		@TrackGoal(name = "bad", metadata = @GoalMetadata(key = "value", expression = "T(Integer).parseInt(#value)"))
		void failingConversion(@VisitorId String visitor, String value) {
		}

		@TrackGoal(name = "bad", condition = "#order.seats > 1")
		void badCondition(@VisitorId String visitor, Order order) {
		}

		@TrackGoal("inherited")
		void inherited(@VisitorId String visitor) {
		}

		@TrackGoal("overridden")
		void overridden(@VisitorId String visitor) {
		}

		@TrackGoal("replaced")
		void replaced(@VisitorId String visitor) {
		}

	}

	static class SpecialShop extends Shop {

		@Override
		void overridden(@VisitorId String visitor) {
		}

		@Override
		@TrackGoal("special")
		void replaced(@VisitorId String visitor) {
		}

	}

	interface Registrations {

		@TrackGoal("registered")
		void register(@VisitorId String visitor, @GoalMetadata("channel") String channel);

	}

	static class RegistrationService implements Registrations {

		@Override
		public void register(String visitor, String channel) {
		}

	}

	static final class FinalRegistrations implements Registrations {

		@Override
		public void register(String visitor, String channel) {
		}

	}

	interface Client {

		@TrackGoal(name = "sent", metadata = @GoalMetadata(key = "same", expression = "#plan"))
		void send(@VisitorId String visitor, @GoalMetadata String plan);

	}

	static class PlainRegistrations {

		public void register(String visitor, String channel) {
		}

	}

	static class InheritingRegistrations extends PlainRegistrations implements Registrations {

	}

	static class NeedyListener implements GoalDeliveryListener {

		NeedyListener(DataFastGoals goals) {
		}

		@Override
		public void onOutcome(Goal goal, GoalOutcome outcome) {
		}

	}

	static class NeedyFilter implements GoalFilter {

		NeedyFilter(DataFastGoals goals) {
		}

		@Override
		public Goal filter(Goal goal) {
			return goal;
		}

	}

	static class NeedyDispatcher implements GoalDispatcher {

		private final List<Goal> dispatched = new ArrayList<>();

		NeedyDispatcher(DataFastGoals goals) {
		}

		@Override
		public void dispatch(Goal goal) {
			this.dispatched.add(goal);
		}

	}

	interface GenericHandler<T> {

		@TrackGoal(name = "handled", visitorId = "'" + DataFastContextRunners.VISITOR + "'")
		void handle(@GoalMetadata("payload") T payload);

	}

	static class StringHandler implements GenericHandler<String> {

		@Override
		public void handle(String payload) {
		}

	}

}
